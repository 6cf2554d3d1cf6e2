// SPDX-License-Identifier: Apache-2.0
#include "footage/cut.hpp"

#include <algorithm>

namespace vantage::footage {
namespace {

constexpr std::uint64_t kStep = 8U << 20;  // bytes between two looks at the rest of the world

class CutWriter {
  public:
    CutWriter(const Cut& cut, File& out, const std::function<Status(std::uint64_t)>& wrote, const std::stop_token& stop)
        : cut_(cut), out_(out), wrote_(wrote), stop_(stop) {}

    Status run() {
        const ByteView head{cut_.head};
        if (auto done = write_all(out_, 0, {&head, 1}); done.has_error()) return done;
        at_ = head.size();
        if (auto done = wrote_(at_); done.has_error()) return done;
        for (const auto& piece : cut_.pieces)
            if (auto done = copy(piece); done.has_error()) return done;
        return final();
    }

  private:
    Status copy(const Cut::Piece& piece) {
        for (std::uint64_t done = 0; done < piece.bytes;) {
            if (stop_.stop_requested()) return fail(errc::cancelled, "the export was cancelled");
            const auto most = std::min(piece.bytes - done, kStep);
            if (auto moved = move(piece, done, most); moved.has_error()) return moved.error();
            done += most;
            at_ += most;
            if (at_ - final_ < kStep) continue;
            if (auto told = final(); told.has_error()) return told;
        }
        return {};
    }

    Status move(const Cut::Piece& piece, std::uint64_t from, std::uint64_t bytes) {
        if (!piece.file) {
            const auto literal = ByteView{cut_.literals}.subspan(piece.offset + from, bytes);
            return write_all(out_, at_, {&literal, 1});
        }
        for (std::uint64_t done = 0; done < bytes;) {
            const auto got = out_.copy(*piece.file, piece.offset + from + done, at_ + done, bytes - done);
            if (got.has_error()) return got.error();
            if (*got == 0) return fail(errc::io, "a segment is shorter than the index says; run 'vantage reindex'");
            done += *got;
        }
        return {};
    }

    // Everything up to at_ gets its final content and is announced.
    Status final() {
        while (patch_ < cut_.patches.size() &&
               cut_.head.size() + cut_.patches[patch_].at + cut_.patches[patch_].bytes <= at_) {
            const auto& patch = cut_.patches[patch_++];
            const auto literal = ByteView{cut_.literals}.subspan(patch.literal, patch.bytes);
            if (auto done = write_all(out_, cut_.head.size() + patch.at, {&literal, 1}); done.has_error()) return done;
        }
        final_ = patch_ < cut_.patches.size() ? std::min(at_, cut_.head.size() + cut_.patches[patch_].at) : at_;
        return wrote_(final_);
    }

    const Cut& cut_;
    File& out_;
    const std::function<Status(std::uint64_t)>& wrote_;
    const std::stop_token& stop_;
    std::uint64_t at_{0};
    std::uint64_t final_{0};
    std::size_t patch_{0};
};

}  // namespace

Status write_cut(const Cut& cut, File& out, const std::function<Status(std::uint64_t)>& wrote, const std::stop_token& stop) {
    return CutWriter(cut, out, wrote, stop).run();
}

}  // namespace vantage::footage
