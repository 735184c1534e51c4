#include "loop/formats/formats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "ground/vocabulary/protobuf.h"
#include "loop/formats/wire/flat_buffer.h"
#include "loop/formats/wire/json_text.h"
#include "loop/formats/wire/ubj.h"

namespace cairn::formats {
namespace {

using namespace std::string_literals;

std::string IdOf(const std::string& bytes) { return std::string(FactsOf(InspectBytes(bytes).format).id); }

TEST(FormatsTest, ContentSaysTheFormat) {
  EXPECT_EQ(IdOf("\x80\x04N."), "pickle");
  EXPECT_EQ(IdOf("tree\nversion=v4\nfeature_names=a b\n\nTree=0\n\nend of trees\n"), "lightgbm");
  EXPECT_EQ(IdOf("{\"learner\": {}, \"version\": [3, 2, 0]}"), "xgboost-json");
  EXPECT_EQ(IdOf("{\"input\": 1, \"output\": 2, \"action\": 3}"), "pfa");
  EXPECT_EQ(IdOf("<PMML version=\"4.4\"><Header/></PMML>"), "pmml");
  EXPECT_EQ(IdOf("\2\0\0\0\0\0\0\0{}"s), "safetensors");
  EXPECT_EQ(IdOf("\x89HDF\r\n\x1a\n vars"s), "keras-hdf5");
  EXPECT_EQ(IdOf("X\n\0\0\0\3\0\4\2\1"s), "r");
  EXPECT_EQ(IdOf("<html></html>"), "unknown");
  EXPECT_EQ(IdOf("{\"a\": 1}"), "unknown");
  EXPECT_EQ(IdOf("just words"), "unknown");
}

TEST(FormatsTest, TheNameOfAFileSaysNothing) {
  const auto folder = os::TempFolder::Create();
  ASSERT_TRUE(folder);
  const auto format = [&](std::string_view bytes) {
    const auto path = os::JoinPath(folder->path(), "model.onnx");
    EXPECT_TRUE(os::WriteFileAtomically(path, bytes));
    const auto found = Inspect(path);
    EXPECT_TRUE(found) << found.error().message;
    return found ? found->format : Format::Unknown;
  };
  EXPECT_EQ(format(*os::ReadFile("src/loop/runtime/testdata/columns.onnx")), Format::Onnx);
  EXPECT_EQ(format("\x80\x05\x95rest"), Format::Pickle);
  EXPECT_EQ(format("a,b\n1,2\n"), Format::Unknown);
  EXPECT_NE(Inspect(folder->path())->format, Format::MlflowModel);
  ASSERT_TRUE(
      os::WriteFileAtomically(os::JoinPath(folder->path(), "MLmodel"), "flavors: {}\nmodel_uuid: 1\n"));
  EXPECT_EQ(Inspect(folder->path())->format, Format::MlflowModel);
}

TEST(FormatsTest, TheVerdictFollowsFromTheFindings) {
  EXPECT_EQ(InspectBytes("\x80\x04N.").runs(), Runs::Nothing);
  EXPECT_EQ(InspectBytes("cbuiltins\nset\n.").runs(), Runs::KnownCode);
  EXPECT_EQ(InspectBytes("cos\nsystem\n.").runs(), Runs::UnknownCode);
  EXPECT_EQ(InspectBytes("words").runs(), Runs::CannotTell);
}

TEST(FormatsTest, ADocumentTypeIsNotExpanded) {
  const auto found = InspectBytes("<!DOCTYPE PMML [<!ENTITY a \"aaaa\">]><PMML version=\"4.4\">&a;</PMML>");
  EXPECT_EQ(found.format, Format::Pmml);
  EXPECT_EQ(found.runs(), Runs::UnknownCode);
}

TEST(FormatsTest, AFileOfTensorsThatBeginsAPickleIsBoth) {
  // GGUF's first letter takes eight bytes as a number.
  const auto found = InspectBytes("GGUF\3\0\0\0\0cos\nsystem\n(Vx\ntR."s);
  EXPECT_EQ(found.format, Format::Gguf);
  ASSERT_EQ(found.imports.size(), 1u);
  EXPECT_EQ(found.imports[0].name, "system");
}

TEST(FormatsTest, AFileOrFolderIsDigested) {
  const auto folder = os::TempFolder::Create();
  ASSERT_TRUE(folder);
  const auto file = os::JoinPath(folder->path(), "a");
  ASSERT_TRUE(os::WriteFileAtomically(file, "words"));
  const auto one = Inspect(file);
  ASSERT_TRUE(one);
  EXPECT_EQ(one->sha256, "dba36bffa5cab0f922d087a3aeb179f9d4e745df40b323e1b1471402848c8a3e");
  const auto all = Inspect(folder->path());
  ASSERT_TRUE(all);
  EXPECT_EQ(all->files, 1u);
  EXPECT_EQ(all->bytes, 5u);
  EXPECT_NE(all->sha256, one->sha256);
}

TEST(FormatsTest, WhatIsNotThereOrEmptyIsRefused) {
  const auto folder = os::TempFolder::Create();
  ASSERT_TRUE(folder);
  EXPECT_EQ(Inspect(os::JoinPath(folder->path(), "absent")).error().reason, Reason::NotFound);
  EXPECT_EQ(Inspect(folder->path()).error().reason, Reason::InvalidArgument);
  const auto file = os::JoinPath(folder->path(), "empty");
  ASSERT_TRUE(os::WriteFileAtomically(file, ""));
  EXPECT_EQ(Inspect(file).error().reason, Reason::InvalidArgument);
}

TEST(FormatsTest, EveryLineOfTheTableIsFilled) {
  for (const auto& facts : Table()) {
    EXPECT_FALSE(facts.id.empty() || facts.name.empty() || facts.licence.empty() || facts.loading.empty())
        << facts.id;
    EXPECT_TRUE(facts.format == Format::Onnx || facts.format == Format::Archive || !facts.conversion.empty())
        << facts.id;
    EXPECT_EQ(&FactsOf(facts.format), &facts);
  }
}

TEST(WireTest, MembersAreFoundWithoutBuilding) {
  const std::string text = R"({"a": {"b": [1, "]", {"c": "}"}], "d": "x\"y"}, "e": 2.5})";
  EXPECT_EQ(wire::MemberAt(text, {"a", "d"}), R"("x\"y")");
  EXPECT_EQ(wire::MemberAt(text, {"e"}), "2.5");
  EXPECT_EQ(wire::MemberAt(text, {"a", "z"}), "");
  EXPECT_EQ(wire::ItemCount(wire::MemberAt(text, {"a", "b"})), 3u);
  EXPECT_EQ(wire::Balanced("{\"a\": [}"), "");
  EXPECT_EQ(wire::Balanced("{\"a\": {}} tail"), "{\"a\": {}}");
}

TEST(WireTest, LongArraysOfUbjAreCounted) {
  const std::string bytes = "{U\1a[$U#U\3\1\2\3U\1bSU\1xU\1ci\xffU\1t[[U\1]]}"s;
  const auto read = wire::ReadUbj(bytes, {"t"});
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->At("a").items().size(), 3u);
  EXPECT_EQ(read->Text("b"), "x");
  EXPECT_EQ(read->Int("c"), -1);
  EXPECT_EQ(read->Int("t"), 1);
  for (std::size_t i = 0; i < bytes.size(); ++i) EXPECT_FALSE(wire::ReadUbj(bytes.substr(0, i), {}));
  EXPECT_FALSE(wire::ReadUbj("[$Z#L\x7f\xff\xff\xff\xff\xff\xff\xff"s, {}));
}

TEST(WireTest, ABrokenMessageEnds) {
  protobuf::Message message("\x08\x01\x12\x7fxx");
  EXPECT_TRUE(message.Next());
  EXPECT_FALSE(message.Next());
  EXPECT_TRUE(message.broken());
}

TEST(WireTest, FlatBuffersThatPointOutsideAreEmpty) {
  for (const std::string& buffer :
       {""s, "\4"s, "\xff\xff\xff\x7f"s, "\4\0\0\0\xff\xff\xff\xff"s, std::string(64, '\x10')}) {
    const wire::FlatTable table(buffer);
    EXPECT_EQ(table.Text(0), "");
    EXPECT_FALSE(table.Table(1) && table.Table(1)->Length(2) > (1u << 31));
    EXPECT_FALSE(table.Item(2, 1u << 30));
  }
}

}  // namespace
}  // namespace cairn::formats
