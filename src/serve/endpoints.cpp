// SPDX-License-Identifier: Apache-2.0
// Every route there is. Where two patterns fit one address, the first wins.
#include "serve/handlers.hpp"

namespace vantage::serve {
namespace {

using enum net::Method;
using enum Need;
using enum Ways;
namespace h = handlers;

constexpr std::string_view kGenerateMoment =
    "Makes a clip and a GIF of the seconds that end now, or so many seconds later; refused to pages of other sites";

constexpr Endpoint kEndpoints[] = {
    {get, "/api/v1/setup", open, program, h::get_setup, "Whether the first admin is still to be made"},
    {post, "/api/v1/setup", open, program, h::post_setup,
     "Makes the first admin with the token from the console, and logs in"},
    {post, "/api/v1/login", open, program, h::post_login, "Logs in with name and password, or a one-time link token"},
    {post, "/api/v1/logout", viewer, program, h::post_logout, "Ends this session"},
    {get, "/api/v1/me", viewer, program, h::get_me, "Who is logged in, and the CSRF token"},
    {post, "/api/v1/me/password", viewer, program, h::post_my_password, "Changes the own password; other sessions end"},
    {get, "/api/v1/me/stream-password", viewer, program, h::get_stream_password,
     "What the user's players log in with by RTSP"},
    {post, "/api/v1/me/stream-password", viewer, program, h::post_stream_password,
     "Makes another one; players that use the old one are put out"},

    {get, "/api/v1/cameras", viewer, program, h::list_cameras, "Cameras the user may see"},
    {post, "/api/v1/cameras", operator_, program, h::add_camera, "Adds a camera"},
    {post, "/api/v1/cameras/test", operator_, program, h::test_camera, "Connects once and shows the first picture"},
    {get, "/api/v1/cameras/{camera}", viewer, program, h::get_camera, "One camera with the state of its streams"},
    {put, "/api/v1/cameras/{camera}", operator_, program, h::change_camera, "Changes a camera that the page added"},
    {del, "/api/v1/cameras/{camera}", operator_, program, h::remove_camera, "Removes a camera; its footage stays"},
    {get, "/api/v1/cameras/{camera}/coverage", viewer, program, h::get_coverage, "Footage and gaps of a span"},
    {get, "/api/v1/cameras/{camera}/segments", viewer, program, h::list_segments, "Segment files of a span"},

    {get, "/api/v1/cameras/{camera}/pushes", operator_, program, h::list_pushes, "Where the camera is pushed to"},
    {post, "/api/v1/cameras/{camera}/pushes", operator_, program, h::add_push, "Pushes the camera to an RTMP server"},
    {put, "/api/v1/cameras/{camera}/pushes/{id}", operator_, program, h::change_push,
     "Changes a push, switches it on or off"},
    {del, "/api/v1/cameras/{camera}/pushes/{id}", operator_, program, h::remove_push, "Ends and removes a push"},

    {get, "/api/v1/cameras/{camera}/moments", viewer, program, h::list_moments, "Moments of a camera, newest first"},
    {post, "/api/v1/cameras/{camera}/moments", operator_, program, h::add_moment,
     "Makes a clip and a GIF of the seconds around now"},
    {get, "/api/v1/cameras/{camera}/moments/{id}", viewer, program, h::get_moment, "One moment with its progress"},
    {del, "/api/v1/cameras/{camera}/moments/{id}", operator_, program, h::remove_moment, "Removes a moment and its files"},

    {get, "/api/v1/cameras/{camera}/timelapses", viewer, program, h::list_day_timelapses,
     "Timelapses of the days, newest first"},
    {del, "/api/v1/cameras/{camera}/timelapses/{day}", operator_, program, h::remove_day_timelapse,
     "Removes the timelapse of a day (2026-11-20); it is not made again"},

    {get, "/api/v1/exports", viewer, program, h::list_exports, "Own exports; those of all for operators"},
    {post, "/api/v1/exports", viewer, program, h::add_export, "Makes MP4 files of a span of cameras"},
    {get, "/api/v1/exports/{id}", viewer, program, h::get_export, "One export with its progress, files and gaps"},
    {post, "/api/v1/exports/{id}/cancel", viewer, program, h::cancel_export, "Gives an export up"},
    {del, "/api/v1/exports/{id}", viewer, program, h::remove_export, "Removes an export and its files"},

    {post, "/api/v1/cameras/{camera}/recordings", operator_, program, h::begin_recording,
     "Begins a recording of the camera, recorded continuously or not"},
    {get, "/api/v1/recordings", viewer, program, h::list_recordings, "Recordings on demand of the cameras one sees"},
    {get, "/api/v1/recordings/{id}", viewer, program, h::get_recording, "One recording with its files and gaps"},
    {post, "/api/v1/recordings/{id}/stop", operator_, program, h::end_recording, "Ends a recording"},
    {put, "/api/v1/recordings/{id}", operator_, program, h::change_recording, "Keeps or renames a recording"},
    {del, "/api/v1/recordings/{id}", operator_, program, h::remove_recording, "Removes a recording; one that runs ends"},

    {get, "/api/v1/timelapses", viewer, program, h::list_timelapses, "Timelapses on request, of cameras the user may see"},
    {post, "/api/v1/timelapses", operator_, program, h::add_timelapse, "Makes a timelapse of any range of a camera"},
    {get, "/api/v1/timelapses/{id}", viewer, program, h::get_timelapse, "One of them with its progress and gaps"},
    {post, "/api/v1/timelapses/{id}/cancel", operator_, program, h::cancel_timelapse, "Gives it up"},
    {del, "/api/v1/timelapses/{id}", operator_, program, h::remove_timelapse, "Removes it and its film"},

    {get, "/api/v1/users", admin, program, h::list_users, "All users"},
    {post, "/api/v1/users", admin, program, h::add_user, "Adds a user"},
    {put, "/api/v1/users/{name}", admin, program, h::change_user, "Changes role, cameras or password of a user"},
    {del, "/api/v1/users/{name}", admin, program, h::remove_user, "Removes a user with sessions and tokens"},
    {get, "/api/v1/tokens", viewer, program, h::list_tokens, "Own API tokens; those of all for an admin"},
    {post, "/api/v1/tokens", viewer, program, h::add_token, "Makes an API token"},
    {del, "/api/v1/tokens/{id}", viewer, program, h::remove_token, "Removes an API token"},
    {post, "/api/v1/links", viewer, program, h::make_link, "Signs a media address for a while"},

    {get, "/api/v1/system", viewer, program, h::get_system, "Version, load and disks"},
    {post, "/api/v1/system/clock", admin, program, h::confirm_clock, "The host's clock is right after a step"},
    {get, "/api/v1/system/log", admin, program, h::get_log, "The last lines of the log"},
    {get, "/api/v1/audit", admin, program, h::get_audit, "Logins and changes"},
    {get, "/api/openapi.json", open, program, h::get_openapi, "This description"},
    {get, "/metrics", viewer, media, h::get_metrics, "Prometheus text"},
    {get, "/healthz", open, program, h::get_health, "200 while every disk works"},

    {get, "/{camera}/feed", viewer, media, h::open_feed, "WebSocket: live and footage for the page's player"},
    {get, "/{camera}/stream/{period}/index.m3u8", viewer, media, h::get_stream_index,
     "HLS: main and sub as variants, sound as its own rendition"},
    {get, "/{camera}/stream/{period}/playlist.m3u8", viewer, media, h::get_stream_playlist,
     "HLS: the main stream, picture and sound together", h::quick_stream_playlist},
    {get, "/{camera}/stream/{period}/manifest.mpd", viewer, media, h::get_stream_manifest,
     "DASH: main and sub, sound as a set of its own"},
    {get, "/{camera}/stream/{period}/time", viewer, media, h::get_stream_time, "The server's time, for DASH players"},
    {get, "/{camera}/stream/{period}/{rendition}/playlist.m3u8", viewer, media, h::get_rendition_playlist,
     "HLS: one rendition", h::quick_rendition_playlist},
    {get, "/{camera}/stream/{period}/{rendition}/{file}", viewer, media, h::get_rendition_media,
     "Inits and segments of a rendition", h::quick_rendition_media},
    {get, "/exports/{id}/{file}", viewer, media, h::get_export_file,
     "A file of an export, with ranges, also while it is written"},
    {get, "/recordings/{id}/{file}", viewer, media, h::get_recording_file,
     "A file of a recording, with ranges, also while it grows; all.mp4: all of it as one"},
    {get, "/{camera}/day/{file}", viewer, media, h::get_day, "A day as one MP4, with ranges; today as far as it is there"},
    {get, "/{camera}/mjpeg", viewer, media, h::open_mjpeg, "Motion JPEG for old browsers and dashboards"},
    {get, "/{camera}/snapshot.jpg", viewer, media, h::get_snapshot, "The newest picture"},
    {get, "/{camera}/frame", viewer, media, h::get_frame, "A full picture of now, or of a recorded instant"},
    {get, "/{camera}/frame/", viewer, media, h::get_frame, "A full picture of now, or of a recorded instant"},
    {get, "/{camera}/thumbnail", viewer, media, h::get_thumbnail, "The thumbnail next to a time"},
    {get, "/{camera}/thumbnailGroup", viewer, media, h::get_thumbnail_group,
     "Thumbnails of some minutes: list, sprite with WebVTT, or multipart"},
    {get, "/{camera}/timelapse", viewer, media, h::list_day_timelapses, "Timelapses of the days"},
    {get, "/{camera}/timelapse/", viewer, media, h::list_day_timelapses, "Timelapses of the days"},
    {get, "/{camera}/timelapse/{year}/{month}/{day}", viewer, media, h::get_day_timelapse,
     "The MP4 of a day, with ranges; with .json behind it when each frame was"},
    {get, "/timelapses/{file}", viewer, media, h::get_timelapse_file,
     "The MP4 of a timelapse on request, with ranges; .json: when each frame was"},
    {get, "/thumbnail", viewer, media, h::get_thumbnail, "The same, with the camera as a parameter"},
    {get, "/thumbnailGroup", viewer, media, h::get_thumbnail_group, "The same, with the camera as a parameter"},
    {get, "/{camera}/moment/generate", operator_, media, h::generate_moment, kGenerateMoment},
    {get, "/{camera}/moment/generate/", operator_, media, h::generate_moment, kGenerateMoment},
    {get, "/{camera}/moment/generate/{length}", operator_, media, h::generate_moment, kGenerateMoment},
    {get, "/{camera}/moment/generate/{length}/", operator_, media, h::generate_moment, kGenerateMoment},
    {get, "/{camera}/moment/generate/{length}/{delay}", operator_, media, h::generate_moment, kGenerateMoment},
    {get, "/{camera}/moment/generate/{length}/{delay}/", operator_, media, h::generate_moment, kGenerateMoment},
    {get, "/{camera}/moment/list", viewer, media, h::list_moments, "Moments of a camera, newest first"},
    {get, "/{camera}/moment/list/", viewer, media, h::list_moments, "Moments of a camera, newest first"},
    {get, "/{camera}/moment/list/{year}/{month}/{day}/{hour}/{minute}/{second}", viewer, media, h::get_moment_file,
     "The MP4 of a moment, with ranges"},
    {get, "/{camera}/moment/gif", viewer, media, h::get_moment_gif, "The newest moment as a GIF"},
    {get, "/{camera}/{stream}/{date}/{file}", viewer, media, h::get_segment_file,
     "A segment file as it lies on disk, with ranges"},
};

}  // namespace

std::span<const Endpoint> endpoints() {
    return kEndpoints;
}

}  // namespace vantage::serve
