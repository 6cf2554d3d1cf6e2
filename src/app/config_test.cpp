// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace vantage::app {
namespace {

using testing::Test;

CameraId id(const char* text) {
    return CameraId::parse(text).value();
}
std::string faults_of(const std::string& text) {
    const auto config = parse_config(text, "v.yaml");
    return config ? "" : config.error().message;
}

TEST(Config, DefaultsAreThoseOfAShop) {
    const auto config = parse_config("cameras: {door: 'rtsp://10.0.0.5/main'}", "v.yaml").value();
    EXPECT_EQ(config.server.port, 6478);
    EXPECT_FALSE(config.server.tls.enabled);
    EXPECT_EQ(config.storage.keep_free_percent, 10);
    const auto& door = config.cameras.at(id("door"));
    EXPECT_EQ(door.name, "door");
    EXPECT_TRUE(door.record.enabled);
    EXPECT_FALSE(door.record.days);
    EXPECT_EQ(door.record.flush, seconds{1});
}

TEST(Config, LongForm) {
    const auto config = parse_config(R"(
time_zone: Europe/Berlin
storage: {path: /footage, keep_free: 20GiB, days: 60, bytes: 2TB}
server: {port: 8080, bind: 127.0.0.1, tls: self_signed, base_path: /cctv/, trusted_proxies: 127.0.0.1}
cameras:
  yard:
    name: Back yard
    source: rtsp://u:p@10.0.0.6/main
    sub: {source: 'rtsp://u:p@10.0.0.6/sub', record: {days: 2w}}
    transport: udp
    record: {days: 30, bytes: 500GB, flush: 5s}
    on_demand: true
    audio: false
    location: {latitude: 52.5, longitude: 13.4, place: Yard}
)",
                                     "v.yaml")
                            .value();
    EXPECT_EQ(config.storage.keep_free_bytes, 20ULL << 30);
    EXPECT_EQ(config.storage.bytes, 2'000'000'000'000ULL);
    EXPECT_EQ(config.server.base_path, "/cctv");
    EXPECT_EQ(config.server.trusted_proxies, std::vector<std::string>{"127.0.0.1"});
    const auto& yard = config.cameras.at(id("yard"));
    EXPECT_EQ(yard.name, "Back yard");
    EXPECT_EQ(yard.sub->record.days, Days{14});
    EXPECT_EQ(yard.transport, ingest::Transport::udp);
    EXPECT_EQ(yard.record.flush, seconds{5});
    EXPECT_EQ(yard.location->latitude, 52.5);
}

TEST(Config, Rtsp) {
    const auto usual = parse_config("{}", "v.yaml").value().rtsp;
    EXPECT_TRUE(usual.enabled);
    EXPECT_EQ(usual.port, 8554);
    EXPECT_EQ(usual.tls_port, 8322);
    EXPECT_EQ(usual.bind, "");
    EXPECT_FALSE(parse_config("rtsp: off", "v.yaml").value().rtsp.enabled);
    const auto own = parse_config("rtsp: {port: 9554, bind: 10.0.0.1, udp: false}", "v.yaml").value().rtsp;
    EXPECT_EQ(own.port, 9554);
    EXPECT_EQ(own.bind, "10.0.0.1");
    EXPECT_FALSE(own.udp);
    EXPECT_NE(faults_of("rtsp: {port: 9554, tls_port: 9554}").find("must be another one"), std::string::npos);
    EXPECT_NE(faults_of("rtsp: maybe").find("'rtsp' must be on, off or a map"), std::string::npos);
}

TEST(Config, Recordings) {
    const auto usual = parse_config("{}", "v.yaml").value().recordings;
    EXPECT_TRUE(usual.replace);
    EXPECT_EQ(usual.longest, std::chrono::hours(24));
    EXPECT_EQ(usual.most, 8U);
    const auto own = parse_config("recordings: {replace: false, longest: 30min, most: 2}", "v.yaml").value().recordings;
    EXPECT_FALSE(own.replace);
    EXPECT_EQ(own.longest, std::chrono::minutes(30));
    EXPECT_EQ(own.most, 2U);
    EXPECT_NE(faults_of("recordings: {longest: 1s}").find("longest"), std::string::npos);
    EXPECT_NE(faults_of("recordings: {most: 0}").find("most"), std::string::npos);
}

TEST(Config, Stills) {
    const auto usual = parse_config("{}", "v.yaml").value().stills;
    EXPECT_TRUE(usual.thumbnails);
    EXPECT_EQ(usual.interval, seconds{1});
    EXPECT_EQ(usual.width, 320);
    EXPECT_EQ(usual.quality, 4);
    EXPECT_FALSE(usual.keep_days) << "as long as the video";
    const auto own =
        parse_config("stills: {thumbnails: off, interval: 2.5, width: 480, quality: 8, keep_days: 1y}", "v.yaml");
    EXPECT_TRUE(own.has_error()) << "there are no years";
    const auto good =
        parse_config("stills: {thumbnails: off, interval: 2.5, width: 480, quality: 8, keep_days: 52w}", "v.yaml")
            .value()
            .stills;
    EXPECT_FALSE(good.thumbnails);
    EXPECT_EQ(good.interval, milliseconds{2500});
    EXPECT_EQ(good.width, 480);
    EXPECT_EQ(good.quality, 8);
    EXPECT_EQ(good.keep_days, Days{364});
    for (const auto* wrong :
         {"stills: {interval: 0.2}", "stills: {interval: 61}", "stills: {width: 63}", "stills: {width: 1921}",
          "stills: {quality: 1}", "stills: {quality: 32}", "stills: {keep_days: 0}", "stills: {thumbnails: maybe}"})
        EXPECT_NE(faults_of(wrong), "") << wrong;
    EXPECT_NE(faults_of("stills: {keepdays: 3}").find("did you mean 'keep_days'?"), std::string::npos);
}

TEST(Config, InfluxDb) {
    EXPECT_FALSE(parse_config("{}", "v.yaml").value().influxdb.enabled);
    const auto one = parse_config("influxdb: {url: 'http://10.0.0.9:8086'}", "v.yaml").value().influxdb;
    EXPECT_TRUE(one.enabled);
    EXPECT_EQ(one.server.version, 1);
    EXPECT_EQ(one.server.database, "vantage");
    EXPECT_EQ(one.measurement, "filepaths");
    EXPECT_TRUE(one.metrics);
    ASSERT_EQ(::setenv("VANTAGE_TEST_TOKEN", "t0ken", 1), 0);
    const auto config = parse_config(R"(
influxdb: {url: 'https://cloud/', version: 2, org: my org, bucket: cams, token: '${VANTAGE_TEST_TOKEN}', metrics: no,
           interval: 1min, buffer: 64MiB, public_url: 'https://cctv.example.org/v', measurement: pictures, gzip: no}
)",
                                     "v.yaml")
                            .value();
    const auto& two = config.influxdb;
    EXPECT_EQ(two.server, (series::InfluxServer{"https://cloud/", 2, "", "", "", "my org", "cams", "t0ken", false}));
    EXPECT_EQ(two.buffer, 64U << 20);
    EXPECT_EQ(two.interval, seconds{60});
    EXPECT_EQ(describe(config).find("t0ken"), std::string::npos);
    EXPECT_NE(describe(config).find("influxdb  https://cloud/, organisation my org, bucket cams"), std::string::npos);
}

TEST(Config, InfluxDbThatCannotWork) {
    const auto of = [](const std::string& keys) { return faults_of("influxdb: {" + keys + "}"); };
    EXPECT_NE(of("version: 1").find("'url' of 'influxdb' is needed"), std::string::npos) << of("version: 1");
    const auto secret = of("url: 'http://u:s3cret@h:8086'");
    EXPECT_NE(secret.find("keys of their own"), std::string::npos) << secret;
    EXPECT_EQ(secret.find("s3cret"), std::string::npos);
    const auto two = of("url: 'http://h:8086', version: 2, database: d, user: u, org: o, bucket: b");
    EXPECT_NE(two.find("'token' of 'influxdb' is needed with version 2"), std::string::npos) << two;
    EXPECT_NE(two.find("'user' of 'influxdb' belongs to version 1"), std::string::npos) << two;
    EXPECT_NE(two.find("'database' of 'influxdb' belongs to version 1"), std::string::npos) << two;
    EXPECT_NE(of("url: 'http://h', token: t0ken").find("'token' of 'influxdb' belongs to version 2"), std::string::npos);
    for (const auto* wrong : {"url: 'http://h', version: 3", "url: 'http://h', buffer: 1MB", "url: 'http://h', interval: 0s",
                              "url: 'http://h', measurement: ''", "url: 'http://h', public_url: cctv", "url: 'ftp://h'"})
        EXPECT_NE(of(wrong), "") << wrong;
}

TEST(Config, ListForm) {
    const auto config = parse_config("- {cameraID: example, rtsp: 'rtsp://10.0.0.5/', daysToKeep: 5}\n", "v.yaml").value();
    EXPECT_EQ(config.cameras.at(id("example")).record.days, Days{5});
    const auto inside = parse_config("cameras:\n  - {cameraID: example, rtsp: 'rtsp://10.0.0.5/'}\n", "v.yaml").value();
    EXPECT_EQ(inside.cameras.size(), 1U);
}

TEST(Config, TellsEveryFaultWithItsLine) {
    const auto faults = faults_of(R"(server: {prot: 1}
cameras:
  api: rtsp://10.0.0.5/
  door:
    source: rtsp://10.0.0.5/
    recrod: {days: 5}
  gate: htp://root:hunter2@10.0.0.7/
  yard: {record: {days: soon}}
)");
    EXPECT_NE(faults.find("v.yaml:1: unknown key 'prot' in 'server'; did you mean 'port'?"), std::string::npos) << faults;
    EXPECT_NE(faults.find("v.yaml:3: 'api' cannot be a camera's id"), std::string::npos) << faults;
    EXPECT_NE(faults.find("v.yaml:6: unknown key 'recrod' in camera 'door'; did you mean 'record'?"), std::string::npos)
        << faults;
    EXPECT_NE(faults.find("v.yaml:7: the source of camera 'gate'"), std::string::npos) << faults;
    EXPECT_NE(faults.find("v.yaml:8: 'days' of 'record' of camera 'yard' is 'soon'"), std::string::npos) << faults;
    EXPECT_NE(faults.find("v.yaml:8: camera 'yard' has no source"), std::string::npos) << faults;
    EXPECT_EQ(faults.find("hunter2"), std::string::npos) << "a password in a message";
}

TEST(Config, RefusesNonsense) {
    for (const auto* text :
         {"cameras: {door: [}", "3", "cameras: 3", "cameras: {a: rtsp://x/, a: rtsp://y/}", "time_zone: ../../etc",
          "time_zone: Mars/Base", "server: {port: 0}", "server: {tls: {certificate: x}}", "storage: {keep_free: 99%}",
          "cameras: {a: {source: 'rtsp://x/', record: {flush: 0s}}}", "cameras: {'a/b': 'rtsp://x/'}"})
        EXPECT_NE(faults_of(text), "") << text;
}

TEST(Config, TakesValuesFromTheEnvironment) {
    setenv("VANTAGE_TEST_PASSWORD", "p: [w", 1);
    const auto config = parse_config("cameras: {door: 'rtsp://u:${VANTAGE_TEST_PASSWORD}@h/$${x}'}", "v.yaml").value();
    EXPECT_EQ(config.cameras.at(id("door")).source, "rtsp://u:p: [w@h/${x}");
    EXPECT_NE(faults_of("cameras: {door: 'rtsp://u:${VANTAGE_TEST_NOT_SET}@h/'}").find("VANTAGE_TEST_NOT_SET"),
              std::string::npos);
    EXPECT_EQ(parse_camera(id("door"), R"({"source":"rtsp://u:${HOME}@h/"})").value().source, "rtsp://u:${HOME}@h/");
}

TEST(Config, ACameraSurvivesJson) {
    const auto text = R"({"name":"Back","source":"rtsp://u:p@h/","sub":{"source":"rtsp://h/2","record":{"enabled":false}},
        "record":{"days":2.5,"bytes":1000},"transport":"udp","location":{"place":"x","latitude":1.5}})";
    const auto camera = parse_camera(id("door"), text).value();
    EXPECT_EQ(parse_camera(id("door"), to_json(camera, false)).value(), camera);
    EXPECT_EQ(to_json(camera, true).find("u:p"), std::string::npos);
}

TEST(Config, ThePageOpensNoFilesOfThisMachine) {
    for (const auto* source :
         {"file:/etc/passwd", "lavfi:movie=/etc/passwd", "ffmpeg:/etc/passwd", "ffmpeg:concat:/etc/passwd"}) {
        EXPECT_TRUE(parse_camera(id("a"), fmt::format(R"({{"source":"{}"}})", source)).has_error()) << source;
        EXPECT_TRUE(parse_camera(id("a"), fmt::format(R"({{"source":"sim:","sub":"{}"}})", source)).has_error()) << source;
    }
    EXPECT_TRUE(parse_camera(id("a"), R"({"source":"ffmpeg:rtsp://h/"})").has_value());
}

TEST(Config, SecretsComeBackOnlyForTheSameHost) {
    const auto stored = parse_camera(id("door"), R"({"source":"rtsp://u:p@h:554/a?k=1"})").value();
    const auto edited = [&](const std::string& source) {
        auto changed = stored;
        changed.source = source;
        return with_secrets_of(changed, stored);
    };
    EXPECT_EQ(edited("rtsp://***@h:554/a?***").value().source, "rtsp://u:p@h:554/a?k=1");
    EXPECT_EQ(edited("rtsp://***@h:554/b").value().source, "rtsp://u:p@h:554/b");
    EXPECT_EQ(edited("rtsp://new:word@other/").value().source, "rtsp://new:word@other/");
    EXPECT_EQ(edited("rtsp://***@other/").error().code, errc::invalid_argument);
    EXPECT_EQ(edited("rtsp://***@h:554/b?***").error().code, errc::invalid_argument);
}

TEST(Config, PushesAreAnAddressAMapOrAList) {
    ASSERT_EQ(::setenv("VANTAGE_TEST_KEY", "k3y", 1), 0);
    const auto config = parse_config(R"(
cameras:
  door: {source: 'sim:', push: 'rtmp://a.rtmp.youtube.com/live2/${VANTAGE_TEST_KEY}'}
  yard:
    source: 'sim:'
    push:
      - {name: Own, url: 'rtmps://me:w@own:4443/live/key', stream: 720p, enabled: false, silence: false, verify: false}
      - rtmp://host/live/key
)",
                                     "v.yaml")
                            .value();
    const auto& tube = config.cameras.at(id("door")).push.at(0);
    EXPECT_EQ(tube, (live::PushOptions{"a.rtmp.youtube.com", "rtmp://a.rtmp.youtube.com/live2/k3y"}));
    const auto& own = config.cameras.at(id("yard")).push;
    ASSERT_EQ(own.size(), 2U);
    EXPECT_EQ(own[0], (live::PushOptions{"Own", "rtmps://me:w@own:4443/live/key", "720p", false, false, false}));
    EXPECT_EQ(own[1].name, "host");
    EXPECT_EQ(describe(config).find("k3y"), std::string::npos);
    EXPECT_EQ(to_json(config.cameras.at(id("door")), false).find("k3y"), std::string::npos);
}

TEST(Config, WrongPushesAreToldWithoutTheirKeys) {
    const auto faults = faults_of(R"(
cameras:
  door: {source: 'sim:', push: 'http://host/live/s3cret'}
  yard: {source: 'sim:', push: [{url: 'rtmp://host/live/s3cret', stream: 8k}, {ulr: 'rtmp://host/live/s3cret'}]}
)");
    EXPECT_NE(faults.find("v.yaml:3: 'push' of camera 'door': the push address is neither rtmp:// nor rtmps://"),
              std::string::npos);
    EXPECT_NE(faults.find("there is no stream '8k'"), std::string::npos) << faults;
    EXPECT_NE(faults.find("unknown key 'ulr' in 'push' of camera 'yard'"), std::string::npos) << faults;
    EXPECT_EQ(faults.find("s3cret"), std::string::npos) << faults;
    EXPECT_FALSE(parse_camera(id("door"), R"({"source":"rtsp://h/1","push":"rtmp://host/live/s3cret"})"));
}

}  // namespace
}  // namespace vantage::app
