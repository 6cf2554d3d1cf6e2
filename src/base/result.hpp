// SPDX-License-Identifier: Apache-2.0
// Errors that cross a folder are values: one list of kinds, each with a message for a person that says what, where and what
// to do. Exceptions stay inside a folder. serve maps kinds to HTTP in one place.
#pragma once
#include <boost/system/result.hpp>

#include <string>

namespace vantage {

enum class errc {
    invalid_argument,  // what the caller gave cannot be right
    not_found,         // no such camera, segment, user, route
    already_exists,    // the name or id is taken
    unauthenticated,   // who are you
    forbidden,         // known, but not allowed
    read_only,         // declared by the configuration file; change it there
    unsupported,       // understood, but this program or this codec cannot
    malformed,         // bytes from a file or the net that break their format
    unavailable,       // camera, disk or peer is not there now; trying again may help
    timed_out,         // it did not answer in time
    disk_full,         // ENOSPC, EDQUOT
    io,                // EIO, EROFS and what else a disk says
    overloaded,        // a bound of size, number or rate was reached
    cancelled,         // stopped on purpose
    internal,          // a defect of ours
};

const char* to_string(errc code);  // "invalid_argument", ...

struct Error {
    errc code{errc::internal};
    std::string message;
};

template <class T>
using Result = boost::system::result<T, Error>;
using Status = Result<void>;

inline Error fail(errc code, std::string message) {
    return {code, std::move(message)};
}

// The error for a failed system call: ENOSPC and EDQUOT are disk_full, ENOENT not_found, ETIMEDOUT timed_out, the rest io.
// `what` says what was tried on what, e.g. "write /data/footage/door/main/...".
Error system_error(int error_number, std::string_view what);

// boost::system::result calls this from value() when there is none.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace vantage
