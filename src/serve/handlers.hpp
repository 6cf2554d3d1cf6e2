// SPDX-License-Identifier: Apache-2.0
// Every handler, by the file it is in. All run on a worker and may block; docs/http-api.md says what each takes and gives.
#pragma once
#include "serve/router.hpp"

namespace vantage::serve::handlers {

using Answer = Result<net::Response>;

// handlers_session.cpp
Answer get_setup(const Call& call);
Answer post_setup(const Call& call);
Answer post_login(const Call& call);
Answer post_logout(const Call& call);
Answer get_me(const Call& call);
Answer post_my_password(const Call& call);
Answer get_stream_password(const Call& call);
Answer post_stream_password(const Call& call);

// handlers_cameras.cpp
Answer list_cameras(const Call& call);
Answer add_camera(const Call& call);
Answer get_camera(const Call& call);
Answer change_camera(const Call& call);
Answer remove_camera(const Call& call);
Answer test_camera(const Call& call);

// handlers_pushes.cpp
Answer list_pushes(const Call& call);
Answer add_push(const Call& call);
Answer change_push(const Call& call);
Answer remove_push(const Call& call);

// handlers_footage.cpp
Answer get_coverage(const Call& call);
Answer list_segments(const Call& call);
Answer get_segment_file(const Call& call);

// handlers_exports.cpp
Answer list_exports(const Call& call);
Answer add_export(const Call& call);
Answer get_export(const Call& call);
Answer cancel_export(const Call& call);
Answer remove_export(const Call& call);
Answer get_export_file(const Call& call);
// Whether the caller may hand on this address of an export's file; not_found when it is none.
Status may_share_export(const Call& call, const std::string& path);

// handlers_recordings.cpp
Answer list_recordings(const Call& call);
Answer begin_recording(const Call& call);
Answer get_recording(const Call& call);
Answer end_recording(const Call& call);
Answer change_recording(const Call& call);
Answer remove_recording(const Call& call);
Answer get_recording_file(const Call& call);
Status may_share_recording(const Call& call, const std::string& path);  // as may_share_export

// handlers_days.cpp
Answer get_day(const Call& call);

// handlers_feed.cpp
Answer open_feed(const Call& call);

// handlers_stream.cpp
Answer get_stream_index(const Call& call);
Answer get_stream_playlist(const Call& call);
Answer get_rendition_playlist(const Call& call);
Answer get_rendition_media(const Call& call);
std::optional<Answer> quick_stream_playlist(const Call& call);  // these three: live alone, without blocking
std::optional<Answer> quick_rendition_playlist(const Call& call);
std::optional<Answer> quick_rendition_media(const Call& call);
Answer get_stream_manifest(const Call& call);
Answer get_stream_time(const Call& call);

// handlers_pictures.cpp
Answer open_mjpeg(const Call& call);
Answer get_snapshot(const Call& call);

// handlers_stills.cpp
Answer get_frame(const Call& call);

// handlers_thumbnails.cpp
Answer get_thumbnail(const Call& call);
Answer get_thumbnail_group(const Call& call);

// handlers_moments.cpp
Answer generate_moment(const Call& call);
Answer add_moment(const Call& call);
Answer list_moments(const Call& call);
Answer get_moment(const Call& call);
Answer remove_moment(const Call& call);
Answer get_moment_file(const Call& call);
Answer get_moment_gif(const Call& call);
// handlers_timelapses.cpp
Answer list_day_timelapses(const Call& call);
Answer get_day_timelapse(const Call& call);
Answer remove_day_timelapse(const Call& call);
Answer list_timelapses(const Call& call);
Answer add_timelapse(const Call& call);
Answer get_timelapse(const Call& call);
Answer cancel_timelapse(const Call& call);
Answer remove_timelapse(const Call& call);
Answer get_timelapse_file(const Call& call);
// Whether the caller may hand on this address of a timelapse on request; not_found when it is none.
Status may_share_timelapse(const Call& call, const std::string& path);

// handlers_users.cpp
Answer list_users(const Call& call);
Answer add_user(const Call& call);
Answer change_user(const Call& call);
Answer remove_user(const Call& call);

// handlers_tokens.cpp
Answer list_tokens(const Call& call);
Answer add_token(const Call& call);
Answer remove_token(const Call& call);
Answer make_link(const Call& call);

// handlers_system.cpp
Answer get_system(const Call& call);
Answer confirm_clock(const Call& call);
Answer get_log(const Call& call);
Answer get_audit(const Call& call);
Answer get_health(const Call& call);
Answer get_metrics(const Call& call);
Answer get_openapi(const Call& call);

}  // namespace vantage::serve::handlers
