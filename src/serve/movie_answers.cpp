// SPDX-License-Identifier: Apache-2.0
#include "serve/movie_answers.hpp"

#include "serve/json.hpp"
#include "serve/problem.hpp"

#include <fmt/format.h>

#include <charconv>

namespace vantage::serve {
namespace {

net::Response list_of_parts(const record::MovieList& movies, const MovieAsked& asked) {
    json::array parts;
    for (std::size_t i = 0; i < movies.size(); ++i)
        parts.push_back(json::object{
            {"url", fmt::format("{}?part={}{}{}", asked.url, i + 1, asked.query.empty() ? "" : "&", asked.query)},
            {"start", to_rfc3339(movies[i]->start())},
            {"end", to_rfc3339(movies[i]->end())},
            {"bytes", movies[i]->size()}});
    return json_response(300, json::object{{"detail", "the camera's parameters changed, so there are several files"},
                                           {"parts", std::move(parts)}});
}

}  // namespace

net::Response movie_response(const Result<record::MoviesPtr>& made, const MovieAsked& asked) {
    if (made.has_error()) {
        auto response = problem(made.error());
        if (made.error().code == errc::overloaded) response.headers.set("Retry-After", "30");
        return response;
    }
    const auto& movies = **made;
    if (asked.part > movies.size())
        return problem(fail(errc::not_found, fmt::format("there are {} parts only", movies.size())));
    if (asked.part == 0 && movies.size() > 1) return list_of_parts(movies, asked);
    const auto& movie = movies[asked.part == 0 ? 0 : asked.part - 1];
    const auto suffix = movies.size() > 1 ? fmt::format("_{}", asked.part) : "";
    net::Response response;
    response.headers.add("Content-Type", "video/mp4");
    response.headers.add("Content-Disposition", fmt::format("attachment; filename=\"{}{}.mp4\"", asked.file, suffix));
    response.headers.add("Cache-Control", "private, no-cache");
    response.headers.add("Vantage-Time", to_rfc3339(movie->start()));
    net::FileBody body;
    body.etag = fmt::format("\"{:x}-{:x}\"", asked.version, movie->hash());
    body.content = std::shared_ptr<const net::Content>(*made, movie.get());
    response.body = std::move(body);
    return response;
}

std::optional<std::uint64_t> version_of(std::string_view etag) {
    const auto dash = etag.find('-');
    if (!etag.starts_with('"') || dash == std::string_view::npos) return {};
    std::uint64_t version = 0;
    const auto [end, error] = std::from_chars(etag.data() + 1, etag.data() + dash, version, 16);
    if (error != std::errc{} || end != etag.data() + dash) return {};
    return version;
}

}  // namespace vantage::serve
