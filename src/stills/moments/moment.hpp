// SPDX-License-Identifier: Apache-2.0
// A moment: a short clip around the instant at which somebody asked for it. As it is asked for, shown and kept (its record
// on disk). Values.
#pragma once
#include "base/ids.hpp"
#include "base/time.hpp"
#include "footage/footage.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace vantage::stills {

inline constexpr seconds kLeastMoment{4}, kMostMoment{20}, kMostDelay{10};

struct MomentRequest {
    CameraId camera;
    seconds length{5};
    seconds delay{0};  // from the request to the end of the span
    std::string user{};
};
// invalid_argument, which says what may be asked for.
Status check(const MomentRequest& request);

enum class MomentState { waiting, making, done, failed };
const char* to_string(MomentState state);  // "waiting", ...

struct Moment {
    std::string id;  // the second in which the span begins, "20261120T190405Z"; the second one of it "20261120T190405Z_2"
    MomentRequest request;
    StreamKind stream{StreamKind::main};  // that it is cut from
    UtcTime from, to;                     // what was asked for
    UtcTime start, end;                   // of its first picture, and when its last one ends; as asked for until it is done
    bool exact{false};                    // to the frame at both ends
    MomentState state{MomentState::waiting};
    double progress{0};  // 0 to 1, as it was when this was copied
    Error error{};       // why it failed, for a person
    UtcTime created;
    std::uint64_t bytes{0};            // of its MP4; 0: there is none (yet)
    bool gif{false};                   // it is the newest that has one
    std::vector<footage::Gap> gaps{};  // time that was asked for and is not in it
};

// In which order they are listed: by the spans' beginning.
bool is_older(const Moment& a, const Moment& b);

// "20261120T190405Z" of the second that `from` lies in.
std::string moment_id(UtcTime from);
// That second; errc::malformed for what is no id of a moment.
Result<UtcTime> second_of(std::string_view id);

// What stands in the record. errc::malformed for what to_json did not write.
std::string to_json(const Moment& moment);
Result<Moment> parse_moment(std::string_view json);

}  // namespace vantage::stills
