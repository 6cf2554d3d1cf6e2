// SPDX-License-Identifier: Apache-2.0
#include "app/retention_rules.hpp"

namespace vantage::app {
namespace {

std::optional<microseconds> age_of(const std::optional<Days>& days) {
    if (!days) return {};
    return std::chrono::duration_cast<microseconds>(*days);
}

void add_rule(footage::RetentionPolicy& policy, const StreamKey& key, const RecordConfig& record) {
    if (record.days || record.bytes) policy.rules.push_back({key.camera, key.kind, age_of(record.days), record.bytes});
}

}  // namespace

footage::RetentionPolicy retention_policy(const StorageConfig& storage, const StillsConfig& stills,
                                          const std::map<CameraId, RunningCamera>& cameras) {
    footage::RetentionPolicy policy;
    policy.keep_free_percent = storage.keep_free_percent;
    policy.keep_free_bytes = storage.keep_free_bytes;
    policy.keep_thumbs = age_of(stills.keep_days);
    if (storage.days || storage.bytes) policy.rules.push_back({{}, {}, age_of(storage.days), storage.bytes});
    for (const auto& [id, camera] : cameras) {
        add_rule(policy, {id, StreamKind::main}, camera.config.record);
        if (camera.config.sub) add_rule(policy, {id, StreamKind::sub}, camera.config.sub->record);
    }
    return policy;
}

}  // namespace vantage::app
