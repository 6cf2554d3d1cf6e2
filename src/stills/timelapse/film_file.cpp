// SPDX-License-Identifier: Apache-2.0
#include "stills/timelapse/film_file.hpp"

#include "base/base64.hpp"

#include <boost/crc.hpp>
#include <boost/json.hpp>

namespace vantage::stills {
namespace json = boost::json;
namespace {

constexpr std::uint32_t kMagic = 0x56544C50;  // "VTLP"
constexpr std::size_t kHeader = 16;           // magic, bytes of JSON, bytes of data, CRC-32 over the 12 before, JSON, data
constexpr std::uint32_t kMostJson = 8U << 20, kMostData = 512U << 20;

std::uint32_t checksum(ByteView header, ByteView text, ByteView data) {
    boost::crc_32_type crc;
    for (const auto& bytes : {header.first(12), text, data}) crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

std::int64_t micros(UtcTime time) {
    return time.time_since_epoch().count();
}
UtcTime time_of(const json::value& value) {
    return UtcTime{microseconds{value.to_number<std::int64_t>()}};
}
template <class T>
T number_of(const json::object& from, const char* name) {
    return from.at(name).to_number<T>();
}

std::string start_json(const FilmFile::Start& start) {
    json::array spans;
    for (const auto& span : start.plan.spans) spans.push_back(json::array{micros(span.start), micros(span.end)});
    return json::serialize(json::object{{"spans", std::move(spans)},
                                        {"frames", start.plan.frames},
                                        {"fps", start.plan.fps},
                                        {"width", start.size.width},
                                        {"height", start.size.height},
                                        {"config", to_base64(start.config)}});
}

// Throws what Boost.JSON throws, or a Result's error.
FilmFile::Start start_of(const json::object& from) {
    FilmFile::Start out;
    for (const auto& span : from.at("spans").as_array())
        out.plan.spans.push_back({time_of(span.as_array().at(0)), time_of(span.as_array().at(1))});
    if (out.plan.spans.empty()) throw std::runtime_error("spans");
    out.plan.frames = number_of<std::size_t>(from, "frames");
    out.plan.fps = std::max(1, number_of<int>(from, "fps"));
    out.size = {number_of<int>(from, "width"), number_of<int>(from, "height")};
    out.plan.most = out.size;
    out.config = from_base64(from.at("config").as_string()).value();
    return out;
}

std::string piece_json(const FilmPiece& piece) {
    json::array frames;
    for (const auto& frame : piece.frames)
        frames.push_back(json::array{frame.slot, micros(frame.time), frame.bytes, frame.key ? 1 : 0});
    return json::serialize(json::object{{"slots", piece.slots_done}, {"frames", std::move(frames)}});
}

FilmPiece piece_of(const json::object& from) {
    FilmPiece out;
    out.slots_done = number_of<std::uint32_t>(from, "slots");
    for (const auto& value : from.at("frames").as_array()) {
        const auto& frame = value.as_array();
        out.frames.push_back({time_of(frame.at(1)), frame.at(0).to_number<std::uint32_t>(),
                              frame.at(2).to_number<std::uint32_t>(), frame.at(3).to_number<int>() != 0});
    }
    return out;
}

}  // namespace

Status FilmFile::write(ByteView text, ByteView data) {
    Bytes header(kHeader);
    store_u32(header.data(), kMagic);
    store_u32(header.data() + 4, static_cast<std::uint32_t>(text.size()));
    store_u32(header.data() + 8, static_cast<std::uint32_t>(data.size()));
    store_u32(header.data() + 12, checksum(header, text, data));
    const std::array slices{ByteView(header), text, data};
    auto done = footage::write_all(*file_, size_, slices);
    if (done) done = file_->sync();
    if (!done) {
        (void)file_->truncate(size_);  // the rest goes at the next start otherwise
        return done;
    }
    size_ += kHeader + text.size() + data.size();
    return {};
}

Result<std::unique_ptr<FilmFile>> FilmFile::create(footage::FileSystem& files, const std::filesystem::path& path,
                                                   const Start& start) {
    auto file = files.create(path);
    if (!file) return file.error();
    std::unique_ptr<FilmFile> out(new FilmFile(std::move(*file)));
    out->start_ = start;
    const auto text = start_json(start);
    auto done = out->write(as_bytes(text), {});
    if (done) done = files.sync_directory(path.parent_path());
    if (done) return out;
    out.reset();
    (void)files.remove(path);
    return done.error();
}

void FilmFile::add(const FilmPiece& piece, std::uint64_t data_at) {
    Run run{data_at, 0, frames_.size(), piece.frames.size()};
    for (const auto& frame : piece.frames) run.bytes += frame.bytes;
    if (run.count > 0) runs_.push_back(run);
    frames_.insert(frames_.end(), piece.frames.begin(), piece.frames.end());
    slots_done_ = piece.slots_done;
}

Status FilmFile::append(const FilmPiece& piece) {
    const auto text = piece_json(piece);
    const auto data_at = size_ + kHeader + text.size();
    if (auto done = write(as_bytes(text), piece.data); !done) return done;
    add(piece, data_at);
    return {};
}

// As far as the pieces are whole; the rest is cut off.
Status FilmFile::load() {
    const auto bytes = file_->size();
    if (!bytes) return bytes.error();
    bool first = true;
    while (size_ + kHeader <= *bytes) {
        Bytes header(kHeader);
        if (auto got = file_->read(size_, header); !got) return got.error();
        const std::uint64_t text_bytes = load_u32(header.data() + 4), data_bytes = load_u32(header.data() + 8);
        if (load_u32(header.data()) != kMagic || text_bytes > kMostJson || data_bytes > kMostData ||
            size_ + kHeader + text_bytes + data_bytes > *bytes)
            break;
        Bytes body(text_bytes + data_bytes);
        const auto got = file_->read(size_ + kHeader, body);
        if (!got) return got.error();
        const auto text = ByteView(body).first(text_bytes), data = ByteView(body).subspan(text_bytes);
        if (*got != body.size() || checksum(header, text, data) != load_u32(header.data() + 12)) break;
        try {
            const auto value = json::parse(as_text(text));
            if (first) {
                start_ = start_of(value.as_object());
            } else {
                add(piece_of(value.as_object()), size_ + kHeader + text_bytes);
            }
        } catch (const std::exception&) {
            break;
        }
        first = false;
        size_ += kHeader + body.size();
    }
    if (first) return fail(errc::malformed, "not a timelapse that is being made");
    return size_ < *bytes ? file_->truncate(size_) : Status{};
}

Result<std::unique_ptr<FilmFile>> FilmFile::open(footage::FileSystem& files, const std::filesystem::path& path) {
    auto file = files.open(path, footage::OpenMode::update);
    if (!file) return file.error();
    std::unique_ptr<FilmFile> out(new FilmFile(std::move(*file)));
    if (auto done = out->load(); !done) return done.error();
    return out;
}

}  // namespace vantage::stills
