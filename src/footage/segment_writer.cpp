// SPDX-License-Identifier: Apache-2.0
#include "footage/segment_writer.hpp"

#include "footage/segment_path.hpp"
#include "media/mp4.hpp"

namespace vantage::footage {
namespace {

constexpr int kMostSuffixes = 1000;

struct Created {
    std::unique_ptr<File> file;
    std::string path;
};

Result<Created> create_file(FileSystem& files, const std::filesystem::path& root, const StreamKey& stream, UtcTime start) {
    for (int suffix = 0; suffix < kMostSuffixes; ++suffix) {
        auto path = segment_path({stream, start, suffix});
        auto file = files.create(root / path);
        if (file) return Created{std::move(*file), std::move(path)};
        if (file.error().code != errc::already_exists) return file.error();
    }
    return fail(errc::already_exists,
                fmt::format("no free name for a segment at {} of {}", to_rfc3339(start), to_string(stream)));
}

// Durable, or gone.
Status write_init(FileSystem& files, std::unique_ptr<File>& file, const std::filesystem::path& path, const Init& init) {
    const ByteView head = init.data;
    auto done = write_all(*file, 0, {&head, 1});
    if (done) done = file->sync();
    if (done) done = files.sync_directory(path.parent_path());
    if (done.has_error()) {
        file.reset();
        (void)files.remove(path);
    }
    return done;
}

}  // namespace

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::create(FileSystem& files, const std::filesystem::path& root,
                                                             const StreamKey& stream, InitPtr init, MediaTime start) {
    const auto directory = (root / segment_path({stream, to_utc(start), 0})).parent_path();
    if (auto made = make_directories(files, root, directory); made.has_error()) return made.error();
    auto created = create_file(files, root, stream, to_utc(start));
    if (created.has_error()) return created.error();
    if (auto done = write_init(files, created->file, root / created->path, *init); done.has_error()) return done.error();
    return std::unique_ptr<SegmentWriter>{
        new SegmentWriter(std::move(created->file), std::move(created->path), std::move(init), start)};
}

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::create(FileSystem& files, const std::filesystem::path& path,
                                                             InitPtr init, MediaTime start) {
    auto file = files.create(path);
    if (file.has_error()) return file.error();
    if (auto done = write_init(files, *file, path, *init); done.has_error()) return done.error();
    return std::unique_ptr<SegmentWriter>{new SegmentWriter(std::move(*file), path.string(), std::move(init), start)};
}

SegmentWriter::SegmentWriter(std::unique_ptr<File> file, std::string path, InitPtr init, MediaTime start)
    : file_(std::move(file)),
      path_(std::move(path)),
      init_(std::move(init)),
      start_(start),
      table_(init_->data.size(), init_->tracks.video.has_value()),
      flushed_(init_->data.size()) {}

void SegmentWriter::add(PartPtr part) {
    const auto decode_time = part->start - start_;
    PartFacts facts{part->track,
                    decode_time,
                    part->duration,
                    table_.begins(part->track, part->starts_fragment),
                    part->independent,
                    part->data.size(),
                    0};
    if (!part->samples.empty()) facts.key_bytes = part->samples.front().offset + part->samples.front().size;
    if (facts.starts_fragment) {
        const auto& prft = prfts_.emplace_back(mp4::make_prft(part->track, to_utc(part->start), decode_time));
        slices_.emplace_back(prft);
        facts.bytes += prft.size();
        facts.key_bytes += static_cast<std::uint32_t>(prft.size());
    }
    auto& patched = decode_times_.emplace_back();
    store_u64(patched.data(), static_cast<std::uint64_t>(decode_time.count()));
    const ByteView data = part->data;
    slices_.push_back(data.first(part->decode_time_offset));
    slices_.emplace_back(patched);
    slices_.push_back(data.subspan(part->decode_time_offset + patched.size()));
    table_.add(facts);
    parts_.push_back(std::move(part));
}

Status SegmentWriter::flush() {
    if (slices_.empty()) return {};
    if (auto done = write_all(*file_, flushed_, slices_); done.has_error()) return done;
    flushed_ = table_.bytes();
    slices_.clear();
    parts_.clear();
    prfts_.clear();
    decode_times_.clear();
    return {};
}

Status SegmentWriter::finish() {
    if (auto done = flush(); done.has_error()) return done;
    std::array<std::uint8_t, 8> bytes{};
    store_u64(bytes.data(), static_cast<std::uint64_t>(table_.end().count()));
    const ByteView view = bytes;
    return write_all(*file_, init_->duration_offset, {&view, 1});
}

}  // namespace vantage::footage
