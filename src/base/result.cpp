// SPDX-License-Identifier: Apache-2.0
#include "base/result.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace vantage {

const char* to_string(errc code) {
    static constexpr std::array names{"invalid_argument", "not_found",   "already_exists", "unauthenticated", "forbidden",
                                      "read_only",        "unsupported", "malformed",      "unavailable",     "timed_out",
                                      "disk_full",        "io",          "overloaded",     "cancelled",       "internal"};
    return names.at(static_cast<std::size_t>(code));
}

Error system_error(int error_number, std::string_view what) {
    auto code = errc::io;
    if (error_number == ENOSPC || error_number == EDQUOT) code = errc::disk_full;
    if (error_number == ENOENT || error_number == ENOTDIR) code = errc::not_found;
    if (error_number == EEXIST) code = errc::already_exists;
    if (error_number == ETIMEDOUT) code = errc::timed_out;
    return fail(code, fmt::format("{}: {}", what, std::strerror(error_number)));
}

void throw_exception_from_error(const Error& error, const boost::source_location& /*where*/) {
    throw std::runtime_error(fmt::format("{}: {}", to_string(error.code), error.message));
}

}  // namespace vantage
