// SPDX-License-Identifier: Apache-2.0
// What handlers work with: one of each, made by Server, safe from any thread.
#pragma once
#include "live/dash/dash_history.hpp"
#include "net/http_server.hpp"
#include "serve/accounts.hpp"
#include "serve/camera_states.hpp"
#include "serve/control.hpp"
#include "serve/links.hpp"
#include "serve/page.hpp"
#include "serve/sessions.hpp"
#include "serve/stream_access.hpp"

#include <functional>
#include <semaphore>
#include <span>
#include <string>
#include <vector>

namespace vantage::serve {

class Page;

struct Services {
    Control& control;
    store::Settings& settings;
    const Clock& clock;
    Accounts& accounts;
    Sessions& sessions;
    Setup& setup;
    StreamAccess& stream_access;
    const Links& links;
    const Page& page;
    std::string base_path;
    std::string time_zone;                     // IANA name, for the page
    std::vector<std::string> allowed_origins;  // other sites that may use the API and media
    // Runs what reads footage, off the threads that wait on sockets and off those of handlers.
    std::function<void(std::function<void()>)> read_footage;
    std::function<net::HttpStats()> http;
    CameraStates camera_states{control, clock};
    live::DashHistory dash{clock};
    std::counting_semaphore<8> probes{2};  // tests of cameras take up to 15 s of a worker
};

}  // namespace vantage::serve
