// SPDX-License-Identifier: Apache-2.0
#include "store/sealed.hpp"

#include "base/base64.hpp"
#include "base/bytes.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace vantage::store {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

void ready() {
    static const bool kReady = sodium_init() >= 0;
    if (!kReady) throw std::runtime_error("libsodium cannot start");
}

class File {
  public:
    File(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {}
    ~File() {
        if (fd_ >= 0) ::close(fd_);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    [[nodiscard]] int fd() const { return fd_; }

  private:
    const int fd_;
};

// Under another name first: a crash leaves either no key or a whole one.
Status write_key(const fs::path& file, ByteView key) {
    const auto fresh = fs::path(file).concat(".new");
    {
        const File out(fresh, O_WRONLY | O_CREAT | O_TRUNC);
        const bool good = out.fd() >= 0 && ::write(out.fd(), key.data(), key.size()) == static_cast<ssize_t>(key.size()) &&
                          ::fsync(out.fd()) == 0;
        if (!good) return system_error(errno, "write " + fresh.string());
    }
    // link() does not replace: of two programs that start at once, both use the first one's.
    const bool linked = ::link(fresh.c_str(), file.c_str()) == 0 || errno == EEXIST;
    const int error = errno;
    ::unlink(fresh.c_str());
    const File folder(file.parent_path(), O_RDONLY | O_DIRECTORY);
    if (!linked || folder.fd() < 0 || ::fsync(folder.fd()) != 0)
        return system_error(linked ? errno : error, "create " + file.string());
    return {};
}

}  // namespace

Sealer::~Sealer() {
    sodium_memzero(key_.data(), key_.size());
}

Result<std::shared_ptr<const Sealer>> Sealer::open(const fs::path& file) {
    static_assert(kKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
    ready();
    Key key{};
    if (std::error_code error; !fs::exists(file, error)) {
        randombytes_buf(key.data(), key.size());
        if (auto written = write_key(file, key); !written) return written.error();
    }
    const File in(file, O_RDONLY);
    struct stat facts{};
    if (in.fd() < 0 || ::fstat(in.fd(), &facts) != 0) return system_error(errno, "read " + file.string());
    if (facts.st_size != kKeyBytes || ::read(in.fd(), key.data(), key.size()) != static_cast<ssize_t>(key.size()))
        return fail(errc::malformed,
                    fmt::format("{} is not a key of {} bytes; put the right one back, or remove it: then a new one is made, "
                                "and stream passwords and push keys have to be set anew",
                                file.string(), kKeyBytes));
    if ((facts.st_mode & 077) != 0 && ::fchmod(in.fd(), 0600) != 0)
        return system_error(errno, "keep others from reading " + file.string());
    return std::shared_ptr<const Sealer>(new Sealer(key));
}

std::string Sealer::seal(std::string_view secret, std::string_view purpose) const {
    Bytes out(kNonce + secret.size() + kTag);
    randombytes_buf(out.data(), kNonce);
    unsigned long long size = 0;
    crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + kNonce, &size, as_bytes(secret).data(), secret.size(),
                                               as_bytes(purpose).data(), purpose.size(), nullptr, out.data(), key_.data());
    return to_base64(out);
}

Result<std::string> Sealer::open(std::string_view sealed, std::string_view purpose) const {
    const auto bytes = from_base64(sealed);
    if (!bytes) return bytes.error();
    if (bytes->size() < kNonce + kTag) return fail(errc::malformed, "a sealed secret is too short");
    std::string out(bytes->size() - kNonce - kTag, '\0');
    unsigned long long size = 0;
    const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        reinterpret_cast<unsigned char*>(out.data()), &size, nullptr, bytes->data() + kNonce, bytes->size() - kNonce,
        as_bytes(purpose).data(), purpose.size(), bytes->data(), key_.data());
    if (failed != 0) return fail(errc::malformed, fmt::format("the {} does not open with this key", purpose));
    return out;
}

}  // namespace vantage::store
