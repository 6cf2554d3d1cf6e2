// SPDX-License-Identifier: Apache-2.0
#include "serve/openapi.hpp"

#include <boost/json.hpp>

namespace vantage::serve {
namespace {

namespace json = boost::json;

const char* word(Need need) {
    switch (need) {
        case Need::open:
            return "open";
        case Need::viewer:
            return "viewer";
        case Need::operator_:
            return "operator";
        case Need::admin:
            return "admin";
    }
    return "";
}

std::string lower(std::string text) {
    for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

json::array path_parameters(std::string_view pattern) {
    json::array parameters;
    for (auto at = pattern.find('{'); at != std::string_view::npos; at = pattern.find('{', at + 1)) {
        const auto name = pattern.substr(at + 1, pattern.find('}', at) - at - 1);
        parameters.push_back(
            json::object{{"name", name}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
    }
    return parameters;
}

json::array security(const Endpoint& endpoint) {
    json::array ways;
    if (endpoint.need == Need::open) return ways;
    ways.push_back(json::object{{"cookie", json::array{}}});
    ways.push_back(json::object{{"bearer", json::array{}}});
    if (endpoint.ways == Ways::media) ways.push_back(json::object{{"basic", json::array{}}});
    return ways;
}

json::object operation(const Endpoint& endpoint) {
    const json::object problem{
        {"description", "RFC 9457 problem"},
        {"content", {{"application/problem+json", {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}}}};
    return {{"summary", endpoint.summary},
            {"x-role", word(endpoint.need)},
            {"x-signed-links", endpoint.ways == Ways::media},
            {"parameters", path_parameters(endpoint.pattern)},
            {"security", security(endpoint)},
            {"responses", {{"2XX", {{"description", "done"}}}, {"default", problem}}}};
}

json::object components() {
    json::object text{{"type", "string"}};
    return {
        {"securitySchemes",
         {{"cookie",
           {{"type", "apiKey"},
            {"in", "cookie"},
            {"name", "vantage_session"},
            {"description", "its name ends with _<port> where the address has a port"}}},
          {"bearer", {{"type", "http"}, {"scheme", "bearer"}}},
          {"basic", {{"type", "http"}, {"scheme", "basic"}, {"description", "any user name, a token as password"}}}}},
        {"schemas",
         {{"Problem",
           {{"type", "object"},
            {"properties",
             {{"type", text}, {"title", text}, {"status", {{"type", "integer"}}}, {"detail", text}, {"code", text}}}}}}}};
}

}  // namespace

std::string openapi_text(std::span<const Endpoint> table, const std::string& version, const std::string& base_path) {
    json::object paths;
    for (const auto& endpoint : table) {
        auto& entry = paths[endpoint.pattern];
        if (!entry.is_object()) entry.emplace_object();
        entry.get_object()[lower(to_string(endpoint.method))] = operation(endpoint);
    }
    const json::object document{{"openapi", "3.1.0"},
                                {"info", {{"title", "Vantage"}, {"version", version}}},
                                {"servers", json::array{json::object{{"url", base_path.empty() ? "/" : base_path}}}},
                                {"paths", std::move(paths)},
                                {"components", components()}};
    return json::serialize(document);
}

}  // namespace vantage::serve
