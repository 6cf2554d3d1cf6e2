// SPDX-License-Identifier: Apache-2.0
#include "stills/decode_pool.hpp"

#include "stream/test_pictures.hpp"

#include <gtest/gtest.h>

#include <future>

namespace vantage::stills {
namespace {

constexpr JpegOptions kSmall{.max_width = 320, .quality = 4};

class DecodePoolTest : public testing::Test {
  protected:
    using LanePtr = std::shared_ptr<DecodePool::Lane>;

    // A part that begins with frame `n`, 0 being a key frame and the others referring to it.
    [[nodiscard]] PartPtr from(int n) const {
        for (const auto& part : parts_) {
            const auto frames = static_cast<int>(part->samples.size());
            if (n >= frames) {
                n -= frames;
                continue;
            }
            auto out = std::make_shared<Part>(*part);
            out->samples.erase(out->samples.begin(), out->samples.begin() + n);
            return out;
        }
        return nullptr;
    }
    Bytes shown(const LanePtr& lane, const PartPtr& part) {
        std::promise<Bytes> done;
        auto came = done.get_future();
        // The lane is free a moment after its picture has come.
        while (!pool_.submit(lane, {part, {}}, [&](UtcTime, Bytes jpeg) { done.set_value(std::move(jpeg)); }))
            std::this_thread::yield();
        return came.get();
    }
    // By one decoder, the last one's picture.
    [[nodiscard]] Bytes expected(const std::vector<PartPtr>& parts) const {
        const auto pictures = KeyPictures::open(drawn_.track(), kSmall).value();
        Bytes out;
        for (const auto& part : parts) out = pictures->jpeg(KeyFrame{part, {}}.data()).value();
        return out;
    }

    test::DrawnCamera drawn_{640, 360, 0};
    const std::vector<PartPtr> parts_ = test::parts_of(drawn_.track(), drawn_.packets(10));
    const LanePtr door_ = std::make_shared<DecodePool::Lane>("door/main");
    const LanePtr yard_ = std::make_shared<DecodePool::Lane>("yard/main");
    DecodePool pool_{1, kSmall};
};

TEST_F(DecodePoolTest, NothingOfAnotherPictureIsSeenWhereItIsNotReferredTo) {
    ASSERT_NE(expected({from(0), from(1)}), expected({from(1)}));
    EXPECT_EQ(shown(door_, from(0)), expected({from(0)}));
    EXPECT_EQ(shown(yard_, from(1)), expected({from(1)})) << "of another camera that sends the same format";
}

TEST_F(DecodePoolTest, PicturesThatDoNotStandAloneAreSeenWithThoseBefore) {
    EXPECT_EQ(shown(door_, from(0)), expected({from(0)}));
    EXPECT_EQ(shown(yard_, from(2)), expected({from(2)}));
    EXPECT_EQ(shown(door_, from(1)), expected({from(0), from(1)}));
    EXPECT_EQ(shown(door_, from(2)), expected({from(0), from(1), from(2)}));
    EXPECT_EQ(shown(door_, from(0)), expected({from(0)})) << "as after a reconnect";
    EXPECT_EQ(shown(door_, from(3)), expected({from(0), from(3)}));
    EXPECT_EQ(pool_.decoded(), 6U);
    EXPECT_EQ(pool_.failed(), 0U);
}

}  // namespace
}  // namespace vantage::stills
