// SPDX-License-Identifier: Apache-2.0
// Who may read cameras over RTSP: users with a stream password that Vantage made for them (never the login's, because
// players keep it in the clear), by the same rights as everywhere. Digest needs the password itself, so it is sealed in the
// settings. Asked from memory, by any thread; what blocks on SQL is said.
#pragma once
#include "base/guarded.hpp"
#include "live/rtsp/rtsp_gate.hpp"
#include "serve/identity.hpp"
#include "serve/login_guard.hpp"
#include "store/sealed.hpp"
#include "store/settings.hpp"

#include <map>
#include <memory>

namespace vantage::serve {

class StreamAccess final : public live::RtspAccess {
  public:
    StreamAccess(store::Settings& settings, std::shared_ptr<const store::Sealer> sealer, const Clock& clock)
        : settings_(settings), sealer_(std::move(sealer)), clock_(clock), guard_(clock) {}

    // The user's stream password; made at the first call, or when the stored one cannot be opened any more. Blocks.
    Result<std::string> password(const std::string& user);
    // Makes another one; sessions that were opened with the old one end within a second or two. Blocks.
    Result<std::string> renew(const std::string& user);
    // Takes over what has changed in the settings, also by another program. When they cannot be read, what was known stays.
    // Blocks.
    void refresh();

    [[nodiscard]] std::optional<std::string> password_of(std::string_view user) const override;
    // `path` begins with the camera's id.
    [[nodiscard]] bool may_read(std::string_view user, std::string_view path) const override;
    // Locks out by address, and a user's name only for the address that guesses: nobody can lock others out.
    std::optional<seconds> begin_try(std::string_view user, std::string_view address) override;
    void right_password(std::string_view user, std::string_view address) override;

  private:
    struct Reader {
        Identity who;
        std::string password;
    };
    using Readers = std::map<std::string, Reader, std::less<>>;

    store::Settings& settings_;
    const std::shared_ptr<const store::Sealer> sealer_;
    const Clock& clock_;
    LoginGuard guard_;
    mutable Guarded<std::shared_ptr<const Readers>> readers_;
};

}  // namespace vantage::serve
