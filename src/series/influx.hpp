// SPDX-License-Identifier: Apache-2.0
// How InfluxDB is asked to write lines, and what its answers mean. Pure functions.
// v1: https://docs.influxdata.com/influxdb/v1/tools/api/#write-http-endpoint
// v2: https://docs.influxdata.com/influxdb/v2/api/#operation/PostWrite
#pragma once
#include "net/http_client.hpp"

#include <cstdint>

namespace vantage::series {

struct InfluxServer {
    std::string url;                          // "http://10.0.0.9:8086", perhaps with a path in front of the API's
    int version{1};                           // 1 or 2
    std::string database, user, password;     // of version 1
    std::string organisation, bucket, token;  // of version 2
    bool gzip{true};
    bool operator==(const InfluxServer&) const = default;
};

net::HttpCall write_call(const InfluxServer& server, const std::string& lines);

enum class Verdict : std::uint8_t {
    taken,
    bad_lines,  // never taken, however often they are sent; others may be
    refused,    // no right, no such database: until a person changes something
    later,      // the server is not well
};
struct Judgement {
    Verdict verdict{Verdict::later};
    std::string reason{};                  // for a person, without secrets
    std::optional<std::size_t> dropped{};  // of bad lines: how many; nothing: all
};
Judgement judge(const InfluxServer& server, const net::HttpReply& reply);

}  // namespace vantage::series
