// SPDX-License-Identifier: Apache-2.0
#include "app/process_usage.hpp"

#include "media/versions.hpp"

#include <boost/version.hpp>
#include <openssl/crypto.h>

#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

namespace vantage::app {
namespace {

microseconds cpu_time() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto of = [](const timeval& t) { return seconds{t.tv_sec} + microseconds{t.tv_usec}; };
    return of(usage.ru_utime) + of(usage.ru_stime);
}

}  // namespace

ProcessUsage::ProcessUsage(const Clock& clock) : clock_(clock) {
    *last_.lock() = {clock.steady(), cpu_time(), 0};
}

double ProcessUsage::cpu_percent() {
    const auto last = last_.lock();
    const auto now = clock_.steady();
    const auto passed = now - last->at;
    if (passed < seconds{1}) return last->percent;
    const auto used = cpu_time();
    *last = {now, used, 100.0 * static_cast<double>((used - last->used).count()) / static_cast<double>(passed.count())};
    return last->percent;
}

std::uint64_t ProcessUsage::memory_bytes() {
    std::ifstream in("/proc/self/statm");
    std::uint64_t pages = 0;
    in >> pages >> pages;
    return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

std::string host_time_zone() {
    std::error_code error;
    const auto link = std::filesystem::read_symlink("/etc/localtime", error).string();
    if (const auto at = link.find("zoneinfo/"); at != std::string::npos) return link.substr(at + 9);
    std::ifstream in("/etc/timezone");
    std::string name;
    return in >> name ? name : "UTC";
}

std::vector<std::pair<std::string, std::string>> library_versions() {
    std::string boost = BOOST_LIB_VERSION;
    std::ranges::replace(boost, '_', '.');
    return {{"FFmpeg", ffmpeg_version()}, {"Boost", boost}, {"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)}};
}

}  // namespace vantage::app
