// SPDX-License-Identifier: Apache-2.0
#include "stream/stream.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace vantage::stream {
namespace {

using namespace std::chrono_literals;

const MediaTime kStart{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + 12h};
constexpr Ticks kPartTime{10800};

// Part number n of a stream, 100 bytes unless said otherwise.
PartPtr part(int n, bool starts, std::size_t bytes = 100) {
    auto made = std::make_shared<Part>();
    made->start = kStart + kPartTime * n;
    made->duration = kPartTime;
    made->starts_fragment = made->independent = starts;
    made->data.resize(bytes);
    return made;
}

int number_of(const Event& event) {
    const auto* got = std::get_if<PartPtr>(&event);
    return got == nullptr ? -1 : static_cast<int>(((*got)->start - kStart) / kPartTime);
}

// Parts [from, to), a fragment every `gop`.
void publish(Stream& stream, int from, int to, int gop = 10) {
    for (int n = from; n < to; ++n) stream.publish(part(n, n % gop == 0));
}

std::vector<int> read_all(Reader& reader) {
    std::vector<int> out;
    for (;;) {
        const auto event = reader.next();
        if (std::holds_alternative<Nothing>(event) || std::holds_alternative<Closed>(event)) return out;
        out.push_back(number_of(event));
    }
}

TEST(Stream, ReaderBeginsAtTheNewestFragment) {
    Stream stream(100000);
    publish(stream, 0, 25);
    const auto reader = stream.subscribe({.name = "browser"});
    EXPECT_EQ(read_all(*reader), (std::vector{20, 21, 22, 23, 24}));
    publish(stream, 25, 27);
    EXPECT_EQ(read_all(*reader), (std::vector{25, 26}));
}

TEST(Stream, ReaderOfWhatIsNextSeesNothingOld) {
    Stream stream(100000);
    publish(stream, 0, 25);
    const auto reader = stream.subscribe({.name = "recorder", .start = Start::next});
    EXPECT_TRUE(std::holds_alternative<Nothing>(reader->next()));
    publish(stream, 25, 27);
    EXPECT_EQ(read_all(*reader), (std::vector{25, 26}));
}

TEST(Stream, ReaderWithoutAFragmentWaitsForItsStart) {
    Stream stream(100000);
    const auto reader = stream.subscribe({.name = "browser"});
    publish(stream, 5, 12);
    EXPECT_EQ(read_all(*reader), (std::vector{10, 11}));
    EXPECT_EQ(stream.stats().dropped_parts, 0U);
}

TEST(Stream, RingIsBoundedAndKeepsTheLastWholeFragment) {
    Stream stream(1500);
    publish(stream, 0, 100);
    EXPECT_EQ(stream.stats().ring_bytes, 2000U);  // fragments 80 and 90: one whole, one up to now
    publish(stream, 100, 101);
    EXPECT_EQ(stream.stats().ring_bytes, 1500U);  // 90 is whole now; of 80 goes what is over the bound
    stream.publish(part(101, false, 1000));
    EXPECT_EQ(stream.stats().ring_bytes, 2100U);
}

TEST(Stream, FragmentLargerThanTheRingIsKeptUpToTwiceTheBound) {
    Stream stream(1000);
    publish(stream, 0, 18, 1000);
    EXPECT_EQ(stream.stats().ring_bytes, 1800U);
    EXPECT_EQ(number_of(stream.subscribe({})->next()), 0);
    publish(stream, 18, 40, 1000);
    EXPECT_EQ(stream.stats().ring_bytes, 2000U);
    EXPECT_TRUE(std::holds_alternative<Nothing>(stream.subscribe({})->next()));  // its start is gone
    stream.publish(part(40, false, 5000));                                       // alone larger than all
    EXPECT_EQ(stream.stats().ring_bytes, 5000U);
}

TEST(Stream, LateReaderIsToldAndGoesOnAtTheNewestFragment) {
    Stream stream(1000);
    publish(stream, 0, 3);
    const auto reader = stream.subscribe({.name = "slow"});
    EXPECT_EQ(number_of(reader->next()), 0);
    publish(stream, 3, 55);
    const auto event = reader->next();
    const auto* dropped = std::get_if<Dropped>(&event);
    ASSERT_NE(dropped, nullptr);
    EXPECT_EQ(dropped->parts, 49U);  // 1 to 49
    EXPECT_EQ(dropped->from, to_utc(kStart + kPartTime));
    EXPECT_EQ(dropped->to, to_utc(kStart + kPartTime * 50));
    EXPECT_EQ(read_all(*reader), (std::vector{50, 51, 52, 53, 54}));
    EXPECT_EQ(stream.stats().dropped_parts, 49U);
}

TEST(Stream, LossWithoutANewStartIsToldWhenThereIsOne) {
    Stream stream(1000);
    publish(stream, 0, 1, 1000);
    const auto reader = stream.subscribe({});
    EXPECT_EQ(number_of(reader->next()), 0);
    publish(stream, 1, 50, 1000);
    EXPECT_TRUE(std::holds_alternative<Nothing>(reader->next()));
    stream.publish(part(50, true));
    EXPECT_EQ(std::get<Dropped>(reader->next()).parts, 49U);
    EXPECT_EQ(number_of(reader->next()), 50);
}

TEST(Stream, LossIsToldBeforeTheEnd) {
    Stream stream(1000);
    publish(stream, 0, 1, 1000);
    const auto reader = stream.subscribe({});
    EXPECT_EQ(number_of(reader->next()), 0);
    publish(stream, 1, 50, 1000);
    stream.close();
    const auto dropped = std::get<Dropped>(reader->next());
    EXPECT_EQ(dropped.to, to_utc(kStart + kPartTime * 50));
    EXPECT_TRUE(std::holds_alternative<Closed>(reader->next()));
}

TEST(Stream, ReaderMayLagOnlyAsFarAsItSaid) {
    Stream stream(100000);
    publish(stream, 0, 1);
    const auto near = stream.subscribe({.name = "near", .most_bytes_behind = 500});
    const auto far = stream.subscribe({.name = "far"});
    publish(stream, 1, 6);
    EXPECT_EQ(near->bytes_behind(), 600U);
    EXPECT_EQ(number_of(near->next()), 0);  // too far, but there is no newer start
    publish(stream, 6, 12);
    EXPECT_EQ(std::get<Dropped>(near->next()).parts, 9U);  // 1 to 9
    EXPECT_EQ(number_of(near->next()), 10);
    EXPECT_EQ(number_of(far->next()), 0);
    EXPECT_EQ(far->bytes_behind(), 1100U);
}

TEST(Stream, SkipToNewestPassesOver) {
    Stream stream(100000);
    publish(stream, 0, 1);
    const auto reader = stream.subscribe({});
    publish(stream, 1, 25);
    EXPECT_EQ(reader->skip_to_newest(), 20U);
    EXPECT_EQ(reader->skip_to_newest(), 0U);
    EXPECT_EQ(number_of(reader->next()), 20);
    EXPECT_EQ(reader->skip_to_newest(), 0U);  // never back
    EXPECT_EQ(number_of(reader->next()), 21);
}

TEST(Stream, InterruptionsComeInTheirPlace) {
    Stream stream(100000);
    publish(stream, 0, 2);
    const auto reader = stream.subscribe({});
    stream.interrupt({"camera lost", UtcTime{5s}});
    stream.interrupt({"clock stepped", UtcTime{6s}});  // still lost
    publish(stream, 10, 11);
    EXPECT_EQ(number_of(reader->next()), 0);
    EXPECT_EQ(number_of(reader->next()), 1);
    const auto interruption = std::get<Interruption>(reader->next());
    EXPECT_EQ(interruption.reason, "camera lost");
    EXPECT_EQ(interruption.at, UtcTime{5s});
    EXPECT_EQ(number_of(reader->next()), 10);
    EXPECT_TRUE(std::holds_alternative<Nothing>(reader->next()));
}

TEST(Stream, CloseComesAfterWhatWasPublished) {
    auto stream = std::make_unique<Stream>(100000);
    publish(*stream, 0, 1);
    const auto reader = stream->subscribe({});
    stream.reset();  // closes
    EXPECT_EQ(number_of(reader->next()), 0);
    EXPECT_TRUE(std::holds_alternative<Closed>(reader->next()));
    EXPECT_TRUE(std::holds_alternative<Closed>(reader->next()));
}

TEST(Stream, ReadyIsCalledOnceAfterEachNothing) {
    Stream stream(100000);
    int calls = 0;
    std::unique_ptr<Reader> reader;
    reader = stream.subscribe({.on_ready = [&] {
        ++calls;
        (void)reader->bytes_behind();  // no lock is held
    }});
    publish(stream, 0, 1);
    EXPECT_EQ(calls, 0);  // it never read
    read_all(*reader);
    publish(stream, 1, 5);
    EXPECT_EQ(calls, 1);
    read_all(*reader);
    EXPECT_TRUE(std::holds_alternative<Nothing>(reader->next()));
    stream.interrupt({"camera lost", UtcTime{}});
    EXPECT_EQ(calls, 2);
    read_all(*reader);
    stream.close();
    EXPECT_EQ(calls, 3);
}

TEST(Stream, ReaderMayEndInsideItsOwnCall) {
    Stream stream(100000);
    std::unique_ptr<Reader> reader;
    reader = stream.subscribe({.on_ready = [&] { reader.reset(); }});
    (void)reader->next();
    publish(stream, 0, 1);
    EXPECT_EQ(reader, nullptr);
    EXPECT_EQ(stream.stats().readers, 0U);
}

TEST(Stream, CountsViewers) {
    Stream stream(100000);
    std::vector<std::size_t> told;
    stream.on_viewers_changed([&](std::size_t count) { told.push_back(count); });
    const auto recorder = stream.subscribe({.name = "recorder", .counts_as_viewer = false});
    auto first = stream.subscribe({});
    auto second = stream.subscribe({});
    EXPECT_EQ(stream.viewers(), 2U);
    EXPECT_EQ(stream.stats().readers, 3U);
    first.reset();
    second.reset();
    EXPECT_EQ(told, (std::vector<std::size_t>{1, 2, 1, 0}));
}

TEST(Stream, InitIsThatOfTheNewestPart) {
    Stream stream(100000);
    EXPECT_EQ(stream.init(), nullptr);
    auto with_init = std::make_shared<Part>(*part(0, true));
    with_init->init = std::make_shared<Init>();
    stream.publish(with_init);
    EXPECT_EQ(stream.init(), with_init->init);
}

// A reader on its own thread, woken by on_ready: counts what it got and what it was told is lost.
class Drain {
  public:
    explicit Drain(Stream& stream, bool slow) : slow_(slow) {
        reader_ = stream.subscribe({.start = Start::next, .on_ready = [this] {
                                        const std::lock_guard hold(mutex_);
                                        ready_ = true;
                                        wake_.notify_one();
                                    }});
        thread_ = std::thread([this] { run(); });
    }
    // Until Closed.
    std::uint64_t total() {
        thread_.join();
        return got_ + lost_;
    }
    [[nodiscard]] bool in_order() const { return in_order_; }

  private:
    void run() {
        int last = -1;
        for (;;) {
            const auto event = reader_->next();
            if (std::holds_alternative<Closed>(event)) return;
            if (const auto* dropped = std::get_if<Dropped>(&event)) lost_ += dropped->parts;
            if (std::holds_alternative<Nothing>(event)) wait();
            if (const int number = number_of(event); number >= 0) {
                in_order_ = in_order_ && number > last;
                last = number;
                ++got_;
                if (slow_ && number % 7 == 0) std::this_thread::yield();
            }
        }
    }
    void wait() {
        std::unique_lock hold(mutex_);
        wake_.wait(hold, [this] { return ready_; });
        ready_ = false;
    }

    const bool slow_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool ready_{false};  // guarded by mutex_
    std::unique_ptr<Reader> reader_;
    std::uint64_t got_{0}, lost_{0};
    bool in_order_{true};
    std::thread thread_;
};

TEST(StreamThreads, EveryPartIsReadOrSaidToBeLost) {
    constexpr int kParts = 20000;
    Stream stream(3000);
    std::vector<std::unique_ptr<Drain>> drains;
    for (int i = 0; i < 4; ++i) drains.push_back(std::make_unique<Drain>(stream, i % 2 == 1));
    std::atomic<bool> done{false};
    std::thread visitor([&] {  // comes and goes, as browsers do
        while (!done) {
            const auto reader = stream.subscribe({.on_ready = [] {}});
            for (int i = 0; i < 5; ++i) (void)reader->next();
            (void)reader->skip_to_newest();
            (void)stream.stats();
        }
    });
    publish(stream, 0, kParts);
    stream.close();
    done = true;
    visitor.join();
    for (const auto& drain : drains) {
        EXPECT_EQ(drain->total(), static_cast<std::uint64_t>(kParts));
        EXPECT_TRUE(drain->in_order());
    }
    drains.clear();
    EXPECT_EQ(stream.viewers(), 0U);
}

TEST(StreamThreads, NoCallComesAfterAReaderIsGone) {
    Stream stream(3000);
    std::atomic<bool> done{false};
    std::thread publisher([&] {
        for (int n = 0; !done; ++n) stream.publish(part(n, n % 10 == 0));
    });
    for (int i = 0; i < 500; ++i) {
        auto alive = std::make_unique<int>(1);
        auto reader = stream.subscribe({.on_ready = [&alive] { ++*alive; }});
        (void)read_all(*reader);
        reader.reset();
        alive.reset();  // a late call would be a use after free
    }
    done = true;
    publisher.join();
}

}  // namespace
}  // namespace vantage::stream
