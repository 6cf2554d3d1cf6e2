// SPDX-License-Identifier: Apache-2.0
// From a request to a handler: one table of endpoints, one place that decides who may. Runs on a worker, and for what needs
// no waiting on the connection's thread; immutable after construction; safe from any thread. Handlers are functions
// that get the identity handed to them and need not ask for it.
#pragma once
#include "net/http_message.hpp"
#include "serve/identity.hpp"
#include "serve/services.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vantage::serve {

// Who may use an endpoint.
enum class Need : std::uint8_t { open, viewer, operator_, admin };
// How the right may be shown. A player cannot send cookies or headers of its choice: media addresses also take HTTP Basic
// and signed links.
enum class Ways : std::uint8_t { program, media };

struct Call {
    const net::Request& request;
    const Identity& who;
    const std::vector<std::pair<std::string_view, std::string>>& parameters;  // of the pattern, decoded
    Services& app;

    [[nodiscard]] const std::string& parameter(std::string_view name) const;
    // The {camera} of the pattern; the router has checked that it is one and that `who` sees it.
    [[nodiscard]] CameraId camera() const { return *CameraId::parse(parameter("camera")); }
};

using Handler = Result<net::Response> (*)(const Call&);
// What can be answered at once, from memory, on the thread that waits on sockets: it must not block, not even for a lock
// that somebody holds while blocking. Nothing: the handler answers, on a worker. Nothing is compressed here.
using QuickHandler = std::optional<Result<net::Response>> (*)(const Call&);

struct Endpoint {
    net::Method method;
    std::string_view pattern;  // "/api/v1/cameras/{camera}": a parameter takes one segment
    Need need;
    Ways ways;
    Handler handler;
    std::string_view summary;     // for /api/openapi.json
    QuickHandler quick{nullptr};  // for reading only; asked first, while the right was shown within the last seconds
};

std::span<const Endpoint> endpoints();

class Router {
  public:
    explicit Router(Services& app, std::span<const Endpoint> table = endpoints());

    [[nodiscard]] net::Response handle(const net::Request& request) const;
    // The answer of an endpoint's quick handler, on the connection's thread; nothing when `handle` is to be asked.
    [[nodiscard]] std::optional<net::Response> quick(const net::Request& request) const;

  private:
    using Parameters = std::vector<std::pair<std::string_view, std::string>>;
    struct Match {
        const Endpoint* endpoint{nullptr};
        Parameters parameters;
        std::string allow;  // methods of endpoints whose pattern fits
    };
    [[nodiscard]] Match find(const net::Request& request) const;
    [[nodiscard]] Match find_quick(const net::Request& request) const;
    // `linked`: `request` is what a signed link stands for.
    [[nodiscard]] Result<net::Response> answer(const net::Request& request, bool linked) const;
    [[nodiscard]] Result<Identity> authorise(const net::Request& request, const Match& match, bool linked,
                                             Lookup lookup) const;
    [[nodiscard]] Result<Identity> authorise_link(const net::Request& request, const Endpoint& endpoint) const;

    Services& app_;
    const std::span<const Endpoint> table_;
    std::vector<const Endpoint*> of_cameras_;  // those that read "/{camera}..."; only they have quick handlers
};

// True when `pattern` fits `path`; parameters are appended.
bool match_pattern(std::string_view pattern, std::string_view path,
                   std::vector<std::pair<std::string_view, std::string>>& parameters);
// True for an Origin that is the address the request itself was sent to.
bool is_own_origin(const net::Request& request, std::string_view origin);

}  // namespace vantage::serve
