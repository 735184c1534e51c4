#pragma once

/// How two samples of one column differ: a library on plain arrays, pure and safe from any thread. This
/// header brings all of it; each part can be included alone.
///
///   sample.h, histogram.h   numbers of one side, sorted once; bins
///   counts.h                both sides over the same bins, as each tool draws them
///   sample_tests.h          tests on numbers        sample_distances.h   distances of numbers
///   count_tests.h           tests on counts         count_distances.h    distances of counts
///   texts.h                 what texts say
///   method.h, drift.h       one column by one method, as Evidently chooses it
///   policy.h                many columns under one policy, with control of false alarms
#include "loop/comparison/count_distances.h"
#include "loop/comparison/count_tests.h"
#include "loop/comparison/counts.h"
#include "loop/comparison/drift.h"
#include "loop/comparison/histogram.h"
#include "loop/comparison/method.h"
#include "loop/comparison/policy.h"
#include "loop/comparison/sample.h"
#include "loop/comparison/sample_distances.h"
#include "loop/comparison/sample_tests.h"
#include "loop/comparison/texts.h"
