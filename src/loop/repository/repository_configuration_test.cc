#include <gtest/gtest.h>

#include <cstdlib>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "loop/repository/configuration.h"
#include "loop/repository/configuration/settings_text.h"

namespace cairn::repository {
namespace {

/// A repository's folder, and a machine on which nobody else has set anything.
class ConfigurationTest : public testing::Test {
 protected:
  void SetUp() override {
    setenv("DVC_SYSTEM_CONFIG_DIR", (folder_ / "system").c_str(), 1);
    setenv("DVC_GLOBAL_CONFIG_DIR", (folder_ / "global").c_str(), 1);
    ASSERT_TRUE(os::MakeFolders(root_ + "/.dvc"));
  }

  void Write(Level level, const std::string& text) const {
    const std::string file = ConfigurationFile(root_, level);
    ASSERT_TRUE(os::MakeFolders(os::ParentOf(file)));
    ASSERT_TRUE(os::WriteFileAtomically(file, text));
  }
  std::string TextOf(Level level) const { return *os::ReadFile(ConfigurationFile(root_, level)); }
  Configuration Read() const {
    auto read = Configuration::Read(root_);
    EXPECT_TRUE(read) << read.error().message;
    return read ? *read : Configuration();
  }
  std::string Refusal(const std::string& text) const {
    Write(Level::Repository, text);
    const auto read = Configuration::Read(root_);
    if (read) return "accepted";
    EXPECT_EQ(read.error().reason, Reason::InvalidArgument);
    return read.error().message;
  }
  Result<> Change(const struct Change& change, Level level = Level::Repository) const {
    return ChangeSettings(root_, level, {&change, 1});
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
  std::string root_ = folder_ / "project";
};

TEST_F(ConfigurationTest, WhatDvcWroteIsRead) {
  Write(Level::Repository,
        "[core]\n    remote = store\n    autostage = TRUE\n[cache]\n    type = \"reflink,copy\"\n"
        "['remote \"store\"']\n    url = ../../store\n['remote \"s3r\"']\n    url = s3://b/p\n"
        "    endpointurl = http://127.0.0.1:5000\n");
  const auto read = Read();
  EXPECT_EQ(read.Remote()->url, folder_ / "store");
  EXPECT_EQ(read.Remote("S3R")->options.at("endpointurl"), "http://127.0.0.1:5000");
  EXPECT_TRUE(read.Truth("core", "autostage", false));
  EXPECT_EQ(read.Find("cache", "type"), "reflink,copy");
  EXPECT_EQ(read.CacheFolder(root_), root_ + "/.dvc/cache");
  EXPECT_EQ(read.Remotes(), (std::vector<std::string>{"store", "s3r"}));
}

TEST_F(ConfigurationTest, ALaterLevelWins) {
  Write(Level::System, "[core]\nremote = a\n['remote \"a\"']\nurl = /a\n");
  Write(Level::Global, "[cache]\ndir = ~/cache\n");
  Write(Level::Repository, "['remote \"a\"']\nurl = s3://a\n");
  Write(Level::Local, "['remote \"a\"']\nsecret_access_key = 'x#,y' # of Ada\n[cache]\ndir = ../mine\n");
  const auto read = Read();
  EXPECT_EQ(read.Remote()->url, "s3://a");
  EXPECT_EQ(read.Remote()->options.at("secret_access_key"), "x#,y");
  EXPECT_EQ(read.CacheFolder(root_), root_ + "/mine");
  EXPECT_EQ(Configuration::Read("")->Remote()->url, "/a");
}

TEST_F(ConfigurationTest, UnknownKeysAndValuesAreNamedWithTheirPlace) {
  EXPECT_NE(Refusal("[core]\n\nremot = x\n")
                .find("config:3: DVC has no setting 'remot' in 'core'. Did you mean 'remote'?"),
            std::string::npos);
  EXPECT_NE(Refusal("[caches]\ndir = x\n").find("Did you mean 'cache'?"), std::string::npos);
  EXPECT_NE(Refusal("['remote \"r\"']\nurl = s3://b\nendpoint_url = x\n").find("Did you mean 'endpointurl'?"),
            std::string::npos);
  // What belongs to S3 does not belong to a folder.
  EXPECT_NE(Refusal("['remote \"r\"']\nurl = /b\nregion = x\n").find("no setting 'region'"),
            std::string::npos);
  EXPECT_NE(Refusal("['remote \"r\"']\njobs = 3\n").find("has no 'url'"), std::string::npos);
  EXPECT_NE(Refusal("[core]\nautostage = yes\n").find("must be one of true, false, not 'yes'"),
            std::string::npos);
  EXPECT_NE(Refusal("[cache]\ntype = reflink, hard\n").find("must be one of reflink"), std::string::npos);
  EXPECT_NE(Refusal("['remote \"r\"']\nurl = /b\njobs = 0\n").find("at least 1"), std::string::npos);
  EXPECT_NE(Refusal("['remote \"r\"']\nurl = /a,b\n").find("commas"), std::string::npos);
  EXPECT_EQ(Refusal("['remote \"r\"']\nurl = ssh://host/x\nkeyfile = k\n[db \"d\"]\nurl = x\n"), "accepted");
}

TEST_F(ConfigurationTest, ATextThatIsNoSettingsIsRefusedWithItsLine) {
  EXPECT_NE(Refusal("[core]\nremote\n").find("config:2: "), std::string::npos);
  EXPECT_NE(Refusal("remote = x\n").find("before the first section"), std::string::npos);
  EXPECT_NE(Refusal("[core\n").find("no ']'"), std::string::npos);
  EXPECT_NE(Refusal("[core]\nremote = a\nREMOTE = b\n").find("config:3: 'remote' is there twice"),
            std::string::npos);
  EXPECT_NE(Refusal("[core]\n[cache]\n[core]\n").find("config:3: the section 'core' is there twice"),
            std::string::npos);
  EXPECT_NE(Refusal("[core]\nremote = 'a\n").find("quote it"), std::string::npos);
  EXPECT_NE(Refusal("[core]\nremote = '''a\n").find("never closed"), std::string::npos);
  EXPECT_NE(Refusal("[core]\nremote = %(x)s\n").find("refers to another"), std::string::npos);
  EXPECT_NE(Refusal("[[core]]\n").find("no sections within sections"), std::string::npos);
}

TEST_F(ConfigurationTest, AChangeLeavesTheRestAlone) {
  const std::string before =
      "# ours\n[core]\n  remote = a   # the big one\n\n\n['remote \"a\"']\n\turl=s3://a\n# behind "
      "it\n[cache]\ndir = x\n";
  Write(Level::Repository, before);
  ASSERT_TRUE(Change({"remote.a", "jobs", "4"}));
  ASSERT_TRUE(Change({"core", "remote", "A b"}));
  EXPECT_EQ(TextOf(Level::Repository),
            "# ours\n[core]\n  remote = A b   # the big one\n\n\n['remote \"a\"']\n\turl=s3://a\n\tjobs = 4\n"
            "# behind it\n[cache]\ndir = x\n");
  ASSERT_TRUE(Change({"remote.a", "", std::nullopt}));
  ASSERT_TRUE(Change({"cache", "dir", std::nullopt}));
  EXPECT_EQ(TextOf(Level::Repository), "# ours\n[core]\n  remote = A b   # the big one\n\n\n# behind it\n");
}

TEST_F(ConfigurationTest, WhatIsAddedLooksAsDvcWritesIt) {
  const struct Change changes[] = {{"remote.store", "url", "/srv/store"},
                                   {"core", "remote", "store"},
                                   {"cache", "type", "reflink,copy"},
                                   {"studio", "token", "it's \"x\""}};
  ASSERT_TRUE(ChangeSettings(root_, Level::Repository, changes));
  EXPECT_EQ(TextOf(Level::Repository),
            "['remote \"store\"']\n    url = /srv/store\n[core]\n    remote = store\n[cache]\n"
            "    type = \"reflink,copy\"\n[studio]\n    token = \"\"\"it's \"x\"\"\"\"\n");
}

TEST_F(ConfigurationTest, ARelativeAddressIsTheCallersAndIsKeptRelativeToTheFile) {
  ASSERT_TRUE(Change({"remote.r", "url", "some/where"}));
  const std::string here = *os::WorkingFolder();
  EXPECT_EQ(Read().Remote("r")->url, here + "/some/where");
  EXPECT_NE(TextOf(Level::Repository).find("url = ../"), std::string::npos);
}

TEST_F(ConfigurationTest, AChangeThatDvcCouldNotReadChangesNothing) {
  Write(Level::Repository, "[core]\n");
  EXPECT_EQ(Change({"core", "nope", "1"}).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(Change({"core", "autostage", "maybe"}).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(Change({"remote.x\"y", "url", "/a"}).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(Change({"core", "remote", std::nullopt}).error().reason, Reason::NotFound);
  EXPECT_EQ(TextOf(Level::Repository), "[core]\n");
}

TEST_F(ConfigurationTest, ABrokenLevelCanBeMended) {
  Write(Level::Repository, "[core]\n    remot = x\n");
  EXPECT_EQ(SettingsAt(root_, Level::Repository)->front().key, "remot");
  ASSERT_TRUE(Change({"core", "remot", std::nullopt}));
  EXPECT_EQ(TextOf(Level::Repository), "");
}

TEST_F(ConfigurationTest, AFileKeptFromOthersStaysSo) {
  Write(Level::Local, "[core]\n");
  ASSERT_TRUE(os::SetMode(ConfigurationFile(root_, Level::Local), 0600));
  ASSERT_TRUE(Change({"core", "remote", "x"}, Level::Local));
  EXPECT_EQ(os::Stat(ConfigurationFile(root_, Level::Local))->mode, 0600U);
}

TEST_F(ConfigurationTest, AMissingRemoteSaysWhatToDo) {
  EXPECT_NE(Read().Remote().error().message.find("remote add"), std::string::npos);
  Write(Level::Repository, "['remote \"store\"']\nurl = /s\n");
  EXPECT_NE(Read().Remote().error().message.find("name one of store"), std::string::npos);
  EXPECT_NE(Read().Remote("stor").error().message.find("Did you mean 'store'?"), std::string::npos);
}

TEST(SettingsTextTest, EveryValueThatIsSetReadsBack) {
  for (const char* value : {"plain", "with space", " edge ", "a,b", "a#b", "'q'", "\"d\"", "it's", "", "a=b",
                            "[x]", "two\nlines", "both ' and \"", "ends '"}) {
    auto text = *SettingsText::Read("[core]\n", "config");
    text.Set("core", "remote", value);
    const auto again = SettingsText::Read(text.text(), "config");
    ASSERT_TRUE(again) << value << ": " << again.error().message;
    EXPECT_EQ(again->Find("core", "remote"), value);
    text.Set("core", "remote", "x");
    EXPECT_EQ(text.Find("core", "remote"), "x") << value;
    EXPECT_TRUE(text.Remove("core", "remote"));
    EXPECT_EQ(text.text(), "") << value;
  }
}

}  // namespace
}  // namespace cairn::repository
