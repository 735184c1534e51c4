#include <gtest/gtest.h>

#include "ground/os/files.h"
#include "ground/os/temp_folder.h"
#include "server/mlflow/mount.h"
#include "server/mlflow/page/installed.h"

namespace cairn::mlflow {
namespace {

/// Folders as installations of Python leave them.
class PageTest : public ::testing::Test {
 protected:
  std::string Place(const std::string& path, std::string_view bytes) {
    const auto file = folder_ / path;
    EXPECT_TRUE(os::MakeFolders(os::ParentOf(file)));
    EXPECT_TRUE(os::WriteFileAtomically(file, bytes));
    return file;
  }
  std::string Install(const std::string& packages) {
    return os::ParentOf(Place(packages + "/mlflow/server/js/build/index.html", packages));
  }
  http::Response Get(const std::string& path, const std::string& condition = "") {
    http::Router router;
    EXPECT_TRUE(MountMlflowPage(router, folder_ / "page"));
    http::Request request;
    request.path = path;
    if (!condition.empty()) request.headers.Add("If-None-Match", condition);
    return router.Dispatch(request);
  }

  os::TempFolder folder_ = *os::TempFolder::Create();
};

TEST_F(PageTest, TheActiveEnvironmentComesBeforeThePathAndThatBeforeTheUsersOwn) {
  Surroundings mine{"", "/nowhere:" + (folder_ / "venv/bin"), folder_ / "home"};
  EXPECT_EQ(InstalledPage(mine).error().reason, Reason::NotFound);
  const auto own = Install("home/.local/lib/python3.11/site-packages");
  EXPECT_EQ(*InstalledPage(mine), own);
  Place("venv/bin/python3", "");
  Place("venv/pyvenv.cfg", "");
  const auto found = Install("venv/lib/python3.12/site-packages");
  EXPECT_EQ(*InstalledPage(mine), found);
  mine.virtual_environment = folder_ / "other";
  EXPECT_EQ(*InstalledPage(mine), found);
  const auto active = Install("other/lib/python3.10/site-packages");
  EXPECT_EQ(*InstalledPage(mine), active);
}

TEST_F(PageTest, APythonIsFoundWhereItsLinkLeadsAndTheNewestOfItsVersionsCounts) {
  Place("opt/bin/python3.11", "");
  ASSERT_TRUE(os::MakeFolders(folder_ / "bin"));
  ASSERT_TRUE(os::Symlink(folder_ / "opt/bin/python3.11", folder_ / "bin/python3"));
  Install("opt/lib/python3.9/dist-packages");
  const auto newest = Install("opt/lib/python3.11/dist-packages");
  EXPECT_EQ(*os::RealPath(*InstalledPage({"", folder_ / "bin", ""})), *os::RealPath(newest));
}

TEST_F(PageTest, FilesAreTypedTaggedAndCachedByWhetherTheirNamesCarryAHash) {
  Place("page/index.html", "<!doctype html>");
  Place("page/static/js/main.1a2b.js", "go()");
  const auto entry = Get("/mlflow/");
  EXPECT_EQ(entry.status, 200);
  EXPECT_EQ(entry.headers.Get("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(entry.headers.Get("Cache-Control"), "no-cache");
  EXPECT_EQ(Get("/mlflow/", std::string(entry.headers.Get("ETag"))).status, 304);
  const auto script = Get("/mlflow/static-files/static/js/main.1a2b.js");
  EXPECT_EQ(script.headers.Get("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_NE(script.headers.Get("Cache-Control").find("immutable"), std::string::npos);
  EXPECT_EQ(script.file->length, 4u);
  EXPECT_EQ(Get("/mlflow").headers.Get("Location"), "/mlflow/");
}

TEST_F(PageTest, NothingOutsideItsFolderIsServed) {
  Place("page/index.html", "");
  Place("secret.txt", "secret");
  for (const char* path :
       {"..%2fsecret.txt", "%2e%2e/secret.txt", "%252e%252e%252fsecret.txt", "../secret.txt",
        "static/..%5c..%5csecret.txt", "%2fetc%2fpasswd", "static%00", ""}) {
    const auto answer = Get("/mlflow/static-files/" + std::string(path));
    EXPECT_GE(answer.status, 400) << path;
    EXPECT_FALSE(answer.file.has_value()) << path;
  }
}

TEST_F(PageTest, AFolderWithoutAPageIsRefused) {
  http::Router router;
  EXPECT_EQ(MountMlflowPage(router, folder_ / "empty").error().reason, Reason::NotFound);
}

}  // namespace
}  // namespace cairn::mlflow
