// SPDX-License-Identifier: Apache-2.0
// Certificates of the server: given as files, or self-signed and made at first start. Call at start-up; blocks on the disk.
#pragma once
#include "base/result.hpp"
#include "base/time.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace boost::asio::ssl {
class context;
}

namespace vantage::net {

struct TlsFiles {
    std::filesystem::path certificate;  // PEM, the server's first, then the chain
    std::filesystem::path key;          // PEM
};

// Makes <directory>/server.crt and server.key (P-256, ten years, mode 0600) unless both are there. `names`: DNS names and
// addresses it is valid for; localhost and the host's own name are always among them.
Result<TlsFiles> ensure_self_signed(const std::filesystem::path& directory, const std::vector<std::string>& names,
                                    UtcTime now);

// TLS 1.2 and newer. errc::invalid_argument says which file cannot be used and why.
Result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const TlsFiles& files);

// SHA-256 of the first certificate, "AB:CD:...", so that a person can compare it with what the browser shows.
Result<std::string> certificate_fingerprint(const std::filesystem::path& certificate);

}  // namespace vantage::net
