// SPDX-License-Identifier: Apache-2.0
// The rules of retention that a configuration means. Pure.
#pragma once
#include "app/camera_set.hpp"
#include "footage/retention.hpp"

namespace vantage::app {

// `keep_thumbs`: of thumbnails, nothing: as long as their video. A camera's days and bytes hold for its main stream, those
// of `sub` for that; those of the storage for all together.
footage::RetentionPolicy retention_policy(const StorageConfig& storage, const StillsConfig& stills,
                                          const std::map<CameraId, RunningCamera>& cameras);

}  // namespace vantage::app
