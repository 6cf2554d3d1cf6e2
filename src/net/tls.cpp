// SPDX-License-Identifier: Apache-2.0
#include "net/tls.hpp"

#include <boost/asio/ssl/context.hpp>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <fcntl.h>
#include <unistd.h>

namespace vantage::net {
namespace {

namespace fs = std::filesystem;

template <auto Free>
struct FreeWith {
    template <class T>
    void operator()(T* p) const {
        Free(p);
    }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, FreeWith<X509_free>>;
using BioPtr = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

std::string openssl_reason() {
    std::array<char, 200> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    return text.data();
}

std::string host_name() {
    std::array<char, 256> name{};
    return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "vantage";
}

bool is_address(const std::string& name) {
    return name.find(':') != std::string::npos || name.find_first_not_of("0123456789.") == std::string::npos;
}

std::string alternative_names(const std::vector<std::string>& names) {
    std::string list = "DNS:localhost,IP:127.0.0.1,IP:::1,DNS:" + host_name();
    for (const auto& name : names) list += (is_address(name) ? ",IP:" : ",DNS:") + name;
    return list;
}

bool add_extension(X509* certificate, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
    if (extension == nullptr) return false;
    const bool added = X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

CertificatePtr make_certificate(EVP_PKEY* key, const std::vector<std::string>& names, UtcTime now) {
    CertificatePtr certificate(X509_new());
    const auto now_seconds = static_cast<time_t>(std::chrono::floor<seconds>(now).time_since_epoch().count());
    X509_set_version(certificate.get(), 2);
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()),
                            static_cast<std::uint64_t>(now.time_since_epoch().count()));
    // A day of slack: the box's clock may have been wrong when it was made.
    X509_time_adj_ex(X509_getm_notBefore(certificate.get()), -1, 0, const_cast<time_t*>(&now_seconds));
    X509_time_adj_ex(X509_getm_notAfter(certificate.get()), 3650, 0, const_cast<time_t*>(&now_seconds));
    X509_set_pubkey(certificate.get(), key);
    X509_NAME* subject = X509_get_subject_name(certificate.get());
    const auto name = host_name().substr(0, 64);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                               0);
    X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("Vantage"), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), subject);
    const bool good = add_extension(certificate.get(), NID_subject_alt_name, alternative_names(names)) &&
                      add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE") &&
                      add_extension(certificate.get(), NID_ext_key_usage, "serverAuth") &&
                      X509_sign(certificate.get(), key, EVP_sha256()) > 0;
    return good ? std::move(certificate) : nullptr;
}

Status write_private(const fs::path& path, BIO* content) {
    char* data = nullptr;
    const auto size = BIO_get_mem_data(content, &data);
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return system_error(errno, "create " + path.string());
    const bool written = write(file, data, static_cast<std::size_t>(size)) == size && fsync(file) == 0;
    const int error = errno;
    close(file);
    if (!written) return system_error(error, "write " + path.string());
    return {};
}

}  // namespace

Result<TlsFiles> ensure_self_signed(const fs::path& directory, const std::vector<std::string>& names, UtcTime now) {
    TlsFiles files{directory / "server.crt", directory / "server.key"};
    std::error_code ignored;
    if (fs::exists(files.certificate, ignored) && fs::exists(files.key, ignored)) return files;
    fs::create_directories(directory, ignored);
    const KeyPtr key(EVP_EC_gen("P-256"));
    if (!key) return fail(errc::internal, "cannot make a TLS key: " + openssl_reason());
    const auto certificate = make_certificate(key.get(), names, now);
    if (!certificate)
        return fail(errc::invalid_argument,
                    fmt::format("cannot make a certificate for {}: {}", alternative_names(names), openssl_reason()));
    const BioPtr key_text(BIO_new(BIO_s_mem()));
    const BioPtr certificate_text(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    PEM_write_bio_X509(certificate_text.get(), certificate.get());
    if (auto written = write_private(files.key, key_text.get()); !written) return written.error();
    if (auto written = write_private(files.certificate, certificate_text.get()); !written) return written.error();
    return files;
}

Result<std::shared_ptr<boost::asio::ssl::context>> make_tls_context(const TlsFiles& files) {
    namespace ssl = boost::asio::ssl;
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    boost::system::error_code error;
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_options(context->native_handle(),
                        SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    static constexpr unsigned char kAlpn[] = "\x08http/1.1";
    SSL_CTX_set_alpn_select_cb(
        context->native_handle(),
        [](SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in, unsigned in_size, void*) {
            const int found =
                SSL_select_next_proto(const_cast<unsigned char**>(out), size, kAlpn, sizeof kAlpn - 1, in, in_size);
            return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
        },
        nullptr);
    context->use_certificate_chain_file(files.certificate.string(), error);
    if (error)
        return fail(errc::invalid_argument,
                    fmt::format("TLS certificate {}: {}", files.certificate.string(), error.message()));
    context->use_private_key_file(files.key.string(), ssl::context::pem, error);
    if (error) return fail(errc::invalid_argument, fmt::format("TLS key {}: {}", files.key.string(), error.message()));
    if (SSL_CTX_check_private_key(context->native_handle()) != 1)
        return fail(errc::invalid_argument,
                    fmt::format("TLS key {} does not belong to {}", files.key.string(), files.certificate.string()));
    return context;
}

Result<std::string> certificate_fingerprint(const fs::path& path) {
    const BioPtr file(BIO_new_file(path.c_str(), "r"));
    if (!file) return fail(errc::not_found, "cannot read " + path.string());
    const CertificatePtr certificate(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (!certificate || X509_digest(certificate.get(), EVP_sha256(), digest.data(), &size) != 1)
        return fail(errc::malformed, path.string() + " holds no certificate");
    return fmt::format("{:02X}", fmt::join(digest.begin(), digest.begin() + size, ":"));
}

}  // namespace vantage::net
