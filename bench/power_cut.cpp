// SPDX-License-Identifier: Apache-2.0
// The part of ./dev bench crash that needs no kill: a recording's log of writes and syncs, replayed to random power cuts.
// The argument is the number of cuts; the last line of output is JSON.
#include "footage/power_cut.hpp"

#include "base/log.hpp"

#include <cstdlib>
#include <iostream>

int main(int count, char** arguments) {
    using namespace vantage;
    log::configure(log::Level::error, log::Format::text);
    const int cuts = count > 1 ? std::atoi(arguments[1]) : 200;
    constexpr int kCutsARecording = 50;
    footage::CutOutcome worst;
    std::unique_ptr<footage::PowerCut> power;
    for (int i = 0; i < cuts; ++i) {
        if (i % kCutsARecording == 0)
            power = std::make_unique<footage::PowerCut>(static_cast<unsigned>(i + 1), 4, seconds{20});
        const auto outcome = power->cut();
        worst.loss = std::max(worst.loss, outcome.loss);
        worst.unplayable += outcome.unplayable;
        worst.mismatches += outcome.mismatches;
    }
    std::cout << fmt::format(R"({{"cuts":{},"max_cut_loss_ms":{},"unplayable_files":{},"catalogue_mismatches":{}}})", cuts,
                             std::chrono::ceil<milliseconds>(worst.loss).count(), worst.unplayable, worst.mismatches)
              << "\n";
}
