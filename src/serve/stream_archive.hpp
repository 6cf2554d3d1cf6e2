// SPDX-License-Identifier: Apache-2.0
// HLS of days and ranges over HTTP. Runs on a worker; blocks on SQL and disk. What is served under a period lies in it.
#pragma once
#include "live/segments/archive.hpp"
#include "live/segments/rendition.hpp"
#include "serve/router.hpp"

namespace vantage::serve {

// What {period} of the address names; "range" takes ?start= and ?end=.
struct AskedPeriod {
    live::Period period;
    std::optional<live::Period> before;  // what the address meant until a moment ago, when a day began meanwhile
    std::string
        folder;  // "" or, for "range", "../<startms>-<endms>/": goes before addresses relative to the period's folder
};
Result<AskedPeriod> asked_period(const Call& call);
// The list of it. "today" goes on with the day that is just over until there is something of the new one: a player that
// reloads at midnight must not be told that there is nothing.
Result<live::ArchiveList> asked_list(const Call& call, const AskedPeriod& asked, live::Archive& archive,
                                     const StreamKey& stream, live::Rendition rendition);

Result<net::Response> archive_index(const Call& call);
// In the period's own folder (`at_top`: main, both tracks), or in the rendition's.
Result<net::Response> archive_playlist(const Call& call, const live::RenditionName& name, bool at_top);
Result<net::Response> archive_media(const Call& call, const live::RenditionName& name);

}  // namespace vantage::serve
