// SPDX-License-Identifier: Apache-2.0
// JSON of requests and answers: reading fields with messages that name them, writing what several handlers show.
#pragma once
#include "net/http_message.hpp"
#include "serve/control.hpp"
#include "serve/identity.hpp"

#include <boost/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace vantage::serve {

namespace json = boost::json;

// The body as an object; malformed when it is none, unsupported when its Content-Type is not application/json.
Result<json::object> body_of(const net::Request& request);

// A field's value; invalid_argument names it. Absent and null are the same.
Result<std::string> text_field(const json::object& object, std::string_view name);
Result<std::optional<std::string>> optional_text_field(const json::object& object, std::string_view name);
Result<std::optional<std::vector<std::string>>> optional_list_field(const json::object& object, std::string_view name);
Result<std::optional<bool>> optional_flag_field(const json::object& object, std::string_view name);
// RFC 3339 or Unix seconds.
Result<UtcTime> time_field(const json::object& object, std::string_view name);
Result<std::optional<UtcTime>> optional_time_field(const json::object& object, std::string_view name);
// A parameter of the address as a time; invalid_argument when it is missing.
Result<UtcTime> time_parameter(const net::Request& request, std::string_view name);
// A number of [least, most]; invalid_argument says that range.
Result<double> number_parameter(const net::Request& request, std::string_view name, double otherwise, double least,
                                double most);
// The `width` of a picture in pixels; 0 when it is missing: as it is.
Result<int> width_parameter(const net::Request& request);
// "main" when it is missing.
Result<StreamKind> stream_parameter(const net::Request& request);

net::Response json_response(int status, const json::value& value);
net::Response no_content();

json::value to_json(const std::optional<UtcTime>& time);  // RFC 3339 or null
json::value to_json(const std::optional<std::vector<std::string>>& list);
json::object to_json(const footage::Timing& timing);
json::value to_json(const std::optional<Track>& track);
// `config` only for those who may change cameras.
json::object to_json(const CameraView& camera, const Identity& who);
json::object me_json(const Identity& who, const std::string& time_zone);

}  // namespace vantage::serve
