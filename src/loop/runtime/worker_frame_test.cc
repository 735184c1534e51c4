#include <gtest/gtest.h>

#include <cstring>
#include <limits>

#include "loop/runtime/worker/frame.h"

namespace cairn::runtime::worker {
namespace {

Frame FrameOf(const std::string& bytes) {
  const auto lengths = ReadStart(std::string_view(bytes).substr(0, kStartBytes));
  EXPECT_TRUE(lengths) << lengths.error().message;
  const std::size_t data = kStartBytes + lengths->head;
  return {*Json::Parse(std::string_view(bytes).substr(kStartBytes, lengths->head)), bytes.substr(data)};
}

/// A request's own tensors, read as if they were an answer.
Frame Echo(const Batch& batch) {
  Frame frame = FrameOf(RequestOf(batch));
  frame.head.Set("outputs", frame.head.At("inputs"));
  return frame;
}

Batch Sample() {
  Batch batch;
  const double numbers[] = {1.5, -2, std::numeric_limits<double>::infinity(), 4, 5, 6};
  batch.tensors.push_back(Tensor::From<double>("chance", {3, 2}, numbers));
  batch.tensors.push_back(Tensor::Of("word", DataType::Bytes, {3}));
  batch.tensors[1].texts = {"", std::string("a\0b", 3), "Grüße"};
  return batch;
}

const std::vector<Port> kPorts = {{"chance", DataType::Fp64, {-1, 2}}, {"word", DataType::Bytes, {-1}}};

TEST(WorkerFrames, CarryTensorsWhole) {
  const auto read = ReadAnswer(Echo(Sample()), kPorts, 3);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->tensors[0].data, Sample().tensors[0].data);
  EXPECT_EQ(read->tensors[0].shape, (std::vector<std::int64_t>{3, 2}));
  EXPECT_EQ(read->tensors[1].texts, Sample().tensors[1].texts);
}

TEST(WorkerFrames, TellATextThatIsMissingFromOneThatIsEmpty) {
  Batch batch = Sample();
  batch.tensors[1].missing = {1, 0, 0};
  const Frame missing = Echo(batch), empty = Echo(Sample());
  EXPECT_NE(missing.data, empty.data);
  const auto length = missing.data.substr(6 * sizeof(double), 4);
  EXPECT_EQ(length, "\xFF\xFF\xFF\xFF");
  EXPECT_EQ(ReadAnswer(missing, kPorts, 3)->tensors[1].missing, batch.tensors[1].missing);
  EXPECT_TRUE(ReadAnswer(empty, kPorts, 3)->tensors[1].missing.empty());
}

TEST(WorkerFrames, OfAnotherFormThanTheModelsAreRefused) {
  const Frame good = Echo(Sample());
  EXPECT_EQ(ReadAnswer(good, kPorts, 2).error().reason, Reason::Corrupt) << "other rows";
  EXPECT_EQ(ReadAnswer(good, {kPorts[0]}, 3).error().reason, Reason::Corrupt) << "more outputs";
  EXPECT_EQ(ReadAnswer(good, {kPorts[1], kPorts[0]}, 3).error().reason, Reason::Corrupt) << "another order";
  EXPECT_EQ(ReadAnswer(good, {{"chance", DataType::Fp64, {-1, 3}}, kPorts[1]}, 3).error().reason,
            Reason::Corrupt);
  EXPECT_EQ(ReadAnswer(good, {{"chance", DataType::Fp32, {-1, 2}}, kPorts[1]}, 3).error().reason,
            Reason::Corrupt);
  Frame longer = good;
  longer.data += "x";
  EXPECT_EQ(ReadAnswer(longer, kPorts, 3).error().reason, Reason::Corrupt);
}

TEST(WorkerFrames, CutShortAreRefusedWhereverTheyEnd) {
  const Frame good = Echo(Sample());
  for (std::size_t length = 0; length < good.data.size(); ++length) {
    const auto read = ReadAnswer({good.head, good.data.substr(0, length)}, kPorts, 3);
    ASSERT_FALSE(read) << length;
    EXPECT_EQ(read.error().reason, Reason::Corrupt);
  }
}

TEST(WorkerFrames, WithLengthsThatCannotBeAreRefused) {
  std::string start = RequestOf(Sample()).substr(0, kStartBytes);
  EXPECT_TRUE(ReadStart(start));
  EXPECT_EQ(ReadStart(start.substr(1)).error().reason, Reason::Corrupt);
  EXPECT_EQ(ReadStart("ABCD" + start.substr(4)).error().reason, Reason::Corrupt);
  std::memset(start.data() + 8, 0xFF, 8);
  EXPECT_EQ(ReadStart(start).error().reason, Reason::TooLarge);
  Frame huge = Echo(Sample());
  Json head = Json{{"name", "chance"},
                   {"datatype", "FP64"},
                   {"shape", Json::Array({3, std::int64_t{1} << 62})},
                   {"bytes", 0}};
  huge.head = Json{{"outputs", Json::Array({head, Json::Object()})}};
  EXPECT_EQ(ReadAnswer(huge, {{"chance", DataType::Fp64, {-1, -1}}, kPorts[1]}, 3).error().reason,
            Reason::Corrupt);
}

TEST(WorkerFrames, NamePortsThatAreTheirOwn) {
  const Json port = Json{{"name", "a"}, {"datatype", "INT64"}, {"shape", Json::Array({-1})}};
  const auto read = ReadPorts(Json::Array({port}));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->at(0).type, DataType::Int64);
  EXPECT_FALSE(ReadPorts(Json::Array({port, port})));
  EXPECT_FALSE(ReadPorts(Json::Array()));
  EXPECT_FALSE(ReadPorts(Json()));
  Json odd = port;
  odd.Set("datatype", "COMPLEX");
  EXPECT_FALSE(ReadPorts(Json::Array({odd})));
  // What was read before the fault goes again, also a name that takes memory of its own.
  odd.Set("name", std::string(200, 'n'));
  EXPECT_FALSE(ReadPorts(Json::Array({odd})));
}

}  // namespace
}  // namespace cairn::runtime::worker
