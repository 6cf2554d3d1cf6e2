// SPDX-License-Identifier: Apache-2.0
#include "app/config_influx.hpp"

#include <fmt/format.h>

namespace vantage::app {
namespace {

bool is_web_address(const std::string& url) {
    return url.starts_with("http://") || url.starts_with("https://");
}

void check_addresses(MapReader& reader, const InfluxConfig& config) {
    const auto& url = config.server.url;
    if (!is_web_address(url))
        reader.fault("url", "is needed: the server's address, such as http://10.0.0.9:8086");
    else if (url.find('@') != std::string::npos || url.find('?') != std::string::npos)
        reader.fault("url", "is an address alone; user, password, token and database are keys of their own");
    if (!config.public_url.empty() && !is_web_address(config.public_url))
        reader.fault("public_url", "must begin with http:// or https://, such as https://cctv.example.org");
}

// A key of the other version is a mistake that would be found out late.
void check_version(MapReader& reader, const series::InfluxServer& server) {
    const auto only = [&](int version, const char* key, const std::string& value) {
        if (server.version != version && !value.empty())
            reader.fault(key, fmt::format("belongs to version {} of InfluxDB; write 'version: {}'", version, version));
    };
    for (const auto& [key, value] : {std::pair{"user", server.user}, std::pair{"password", server.password}})
        only(1, key, value);
    for (const auto& [key, value] :
         {std::pair{"org", server.organisation}, std::pair{"bucket", server.bucket}, std::pair{"token", server.token}}) {
        only(2, key, value);
        if (server.version == 2 && value.empty()) reader.fault(key, "is needed with version 2");
    }
}

}  // namespace

void read_influxdb(const YAML::Node& node, InfluxConfig& out, Faults& faults) {
    if (!node.IsDefined() || node.IsNull()) return;
    out.enabled = true;
    auto& server = out.server;
    MapReader reader(node, "'influxdb'", faults);
    double version = server.version;
    reader.read("version", version, 1, 2);
    server.version = version < 2 ? 1 : 2;
    const bool database = reader.has("database");
    reader.read({{"url", &server.url},
                 {"database", &server.database},
                 {"user", &server.user},
                 {"password", &server.password},
                 {"org", &server.organisation},
                 {"bucket", &server.bucket},
                 {"token", &server.token},
                 {"gzip", &server.gzip},
                 {"measurement", &out.measurement},
                 {"public_url", &out.public_url},
                 {"metrics", &out.metrics}});
    reader.read_seconds("interval", out.interval, seconds{1}, seconds{3600});
    std::optional<std::uint64_t> buffer;
    reader.read_bytes("buffer", buffer);
    out.buffer = buffer.value_or(out.buffer);
    if (out.buffer < 4U << 20) reader.fault("buffer", "must be 4MiB at least");
    if (out.measurement.empty()) reader.fault("measurement", "must not be empty");
    if (database && server.version == 2) reader.fault("database", "belongs to version 1; version 2 has org and bucket");
    if (!database && server.version == 1) server.database = "vantage";
    check_addresses(reader, out);
    check_version(reader, server);
    reader.finish();
}

std::string describe(const InfluxConfig& config) {
    const auto& server = config.server;
    const auto where = server.version == 1 ? fmt::format("database {}", server.database)
                                           : fmt::format("organisation {}, bucket {}", server.organisation, server.bucket);
    return fmt::format("influxdb  {}, {}\n", server.url, where);
}

}  // namespace vantage::app
