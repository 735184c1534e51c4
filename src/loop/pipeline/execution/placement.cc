#include <algorithm>

#include "loop/pipeline/execution/execution.h"
#include "loop/pipeline/item_map.h"

// What stages take while they run, and give back.
namespace cairn::pipeline {

/// How many calls, each of which takes what the stage asks for, find room; one at least.
unsigned Execution::CallsThatFit(const Task& task) const {
  if (!task.stage->map) return 1;
  const Resources& needs = task.settings->resources;
  double fit = free_.cpu / std::max(needs.cpu, kLeastCpu) + kLeastCpu;
  if (needs.memory_bytes > 0)
    fit = std::min(fit, static_cast<double>(free_.memory_bytes / needs.memory_bytes));
  if (needs.gpu > 0) fit = std::min(fit, static_cast<double>(free_.gpu / needs.gpu));
  if (task.stage->map->at_once > 0) fit = std::min(fit, static_cast<double>(task.stage->map->at_once));
  return static_cast<unsigned>(std::clamp(fit, 1.0, static_cast<double>(kMostAtOnce)));
}

/// Whether there is room for it now; then the room is its own.
bool Execution::Take(Task& task) {
  Resources needs = task.settings->resources;
  // One that asks for more processors than there are gets them all.
  needs.cpu = std::min(needs.cpu, setting_.capacity.cpu);
  if (needs.cpu > free_.cpu + kLeastCpu || needs.memory_bytes > free_.memory_bytes || needs.gpu > free_.gpu)
    return false;
  task.at_once = CallsThatFit(task);
  needs.cpu = std::min(needs.cpu * task.at_once, free_.cpu);
  needs.memory_bytes *= task.at_once;
  needs.gpu *= task.at_once;
  free_.cpu -= needs.cpu;
  free_.memory_bytes -= needs.memory_bytes;
  free_.gpu -= needs.gpu;
  for (unsigned device = 0; device < gpu_taken_.size() && task.gpus.size() < needs.gpu; ++device) {
    if (gpu_taken_[device]) continue;
    gpu_taken_[device] = true;
    task.gpus.push_back(device);
  }
  task.taken = needs;
  return true;
}

/// Gives back what a stage with fewer calls than there was room for does not need.
void Execution::KeepRoomFor(std::size_t place, Task& mine, std::size_t calls) {
  if (calls >= mine.at_once) return;
  const std::lock_guard lock(mutex_);
  Task& task = tasks_[place];
  GiveBack(task);
  const Resources& needs = task.settings->resources;
  mine.at_once = static_cast<unsigned>(std::max<std::size_t>(calls, 1));
  mine.taken = {std::min(needs.cpu * mine.at_once, setting_.capacity.cpu), needs.memory_bytes * mine.at_once,
                needs.gpu * mine.at_once};
  mine.gpus.resize(mine.taken.gpu);
  task.taken = mine.taken;
  task.gpus = mine.gpus;
  free_.cpu -= task.taken.cpu;
  free_.memory_bytes -= task.taken.memory_bytes;
  free_.gpu -= task.taken.gpu;
  for (const unsigned device : task.gpus) gpu_taken_[device] = true;
  ++changes_;
  ended_.notify_all();
}

void Execution::GiveBack(Task& task) {
  free_.cpu += task.taken.cpu;
  free_.memory_bytes += task.taken.memory_bytes;
  free_.gpu += task.taken.gpu;
  for (const unsigned device : task.gpus) gpu_taken_[device] = false;
  task.gpus.clear();
  task.taken = {0, 0, 0};
}

}  // namespace cairn::pipeline
