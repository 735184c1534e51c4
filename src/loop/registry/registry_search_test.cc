#include <gtest/gtest.h>

#include "loop/registry/testing/registry_store.h"

namespace cairn::registry {
namespace {

using testing::Must;

class RegistrySearchTest : public ::testing::TestWithParam<std::string> {
 protected:
  void Create(const std::string& name, std::vector<Tag> tags = {}) {
    store.clock().Advance(10);
    Must(registry.Create(name, tags, "", "ada"));
  }
  void Add(const std::string& model, const std::string& run, std::vector<Tag> tags = {}) {
    store.clock().Advance(10);
    Must(registry.Add(
        {model, "s3://bucket/" + model + "/" + run, run, "", "", "", std::move(tags), "ada", ""}));
  }
  std::string Models(const std::string& filter, std::vector<std::string> order = {}) {
    std::string names;
    for (const auto& model : Must(registry.SearchModels({filter, std::move(order), 100, ""})).items)
      names += model.name + " ";
    return names;
  }
  std::string Versions(const std::string& filter, std::vector<std::string> order = {}) {
    std::string names;
    for (const auto& v : Must(registry.SearchVersions({filter, std::move(order), 100, ""})).items) {
      names += v.model + std::to_string(v.version) + " ";
    }
    return names;
  }
  std::string ModelError(const std::string& filter, std::vector<std::string> order = {}) {
    const auto found = registry.SearchModels({filter, std::move(order), 100, ""});
    return found                                             ? "it was found"
           : found.error().reason == Reason::InvalidArgument ? found.error().message
                                                             : "another reason";
  }

  testing::RegistryStore store{GetParam()};
  Registry& registry = store.registry;
};

TEST_P(RegistrySearchTest, ModelsAreFoundByNameAndTag) {
  Create("Churn", {{"team", "blue"}});
  Create("churn2", {{"team", "Red"}});
  Create("fraud");
  EXPECT_EQ(Models(""), "Churn churn2 fraud ");
  EXPECT_EQ(Models("name = 'fraud'"), "fraud ");
  EXPECT_EQ(Models("name != 'fraud'"), "Churn churn2 ");
  EXPECT_EQ(Models("name LIKE 'churn%'"), "churn2 ");
  EXPECT_EQ(Models("name ILIKE 'churn%'"), "Churn churn2 ");
  EXPECT_EQ(Models("name IN ('fraud', 'Churn')"), "Churn fraud ");
  EXPECT_EQ(Models("tags.team = 'blue'"), "Churn ");
  EXPECT_EQ(Models("tag.`team` ILIKE 'r%' AND name LIKE 'c%'"), "churn2 ");
  EXPECT_EQ(Models("tags.team != 'blue'"), "churn2 ");
}

TEST_P(RegistrySearchTest, ModelsAreOrderedByNameOrLastUpdate) {
  Create("b");
  Create("a");
  Create("c");
  EXPECT_EQ(Models("", {"name DESC"}), "c b a ");
  EXPECT_EQ(Models("", {"last_updated_timestamp"}), "b a c ");
  EXPECT_EQ(Models("", {"timestamp DESC"}), "c a b ");
}

TEST_P(RegistrySearchTest, AWrongSearchIsRefusedInWordsThatNameItsPart) {
  EXPECT_NE(ModelError("run_id = 'x'").find("Invalid attribute key 'run_id'"), std::string::npos)
      << ModelError("run_id = 'x'");
  EXPECT_NE(ModelError("params.a = 'x'").find("Invalid entity type 'params'"), std::string::npos);
  EXPECT_NE(ModelError("name = x").find("Invalid clause(s) in filter string"), std::string::npos);
  EXPECT_NE(ModelError("", {"run_id"}).find("Invalid order by key 'run_id'"), std::string::npos)
      << ModelError("", {"run_id"});
  EXPECT_NE(ModelError("", {"name", "name DESC"}).find("contains duplicate fields"), std::string::npos);
  EXPECT_NE(ModelError("", {"timestamp", "last_updated_timestamp"}).find("contains duplicate fields"),
            std::string::npos);
  EXPECT_EQ(registry.SearchModels({"", {}, 0, ""}).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(registry.SearchModels({"", {}, 1001, ""}).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(registry.SearchModels({"", {}, 10, "nonsense"}).error().reason, Reason::InvalidArgument);
  EXPECT_EQ(registry.SearchVersions({"source_path IN ('x')", {}, 10, ""}).error().reason,
            Reason::InvalidArgument);
  EXPECT_EQ(registry.SearchVersions({"version_number < 1.5", {}, 10, ""}).error().reason,
            Reason::InvalidArgument);
  EXPECT_NE(ModelError("min(name) = 'x'").find("at position 1: a function such as min()"), std::string::npos);
  EXPECT_NE(ModelError("", {"max(name)"}).find("a function such as max()"), std::string::npos);
  EXPECT_NE(ModelError("tags.a IN ('x')").find("Invalid comparison operator 'IN'"), std::string::npos);
  EXPECT_NE(ModelError("attributes.name = 'x'").find("Invalid entity type 'attributes'"), std::string::npos);
  EXPECT_EQ(registry.SearchVersions({"version_number = 'x'", {}, 10, ""}).error().reason,
            Reason::InvalidArgument);
}

TEST_P(RegistrySearchTest, PagesGiveEverythingOnce) {
  for (const char* name : {"a", "b", "c", "d", "e"}) Create(name);
  std::string names, token;
  int pages = 0;
  do {
    const auto page = Must(registry.SearchModels({"", {}, 2, token}));
    for (const auto& model : page.items) names += model.name;
    token = page.next;
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(names, "abcde");
  EXPECT_EQ(pages, 3);
}

TEST_P(RegistrySearchTest, VersionsAreFoundByWhatTheyAreMadeOf) {
  Create("a");
  Create("b");
  Add("a", "r1", {{"stage", "old"}});
  Add("a", "r2");
  Add("b", "r3", {{"stage", "new"}});
  EXPECT_EQ(Versions(""), "b1 a2 a1 ");
  EXPECT_EQ(Versions("name = 'a'"), "a2 a1 ");
  EXPECT_EQ(Versions("run_id IN ('r1', 'r3')"), "b1 a1 ");
  EXPECT_EQ(Versions("run_id = 'r2'"), "a2 ");
  EXPECT_EQ(Versions("source_path LIKE '%/a/%'"), "a2 a1 ");
  EXPECT_EQ(Versions("version_number >= 2"), "a2 ");
  EXPECT_EQ(Versions("version_number < 2 AND (name = 'b' OR tags.stage = 'old')"), "b1 a1 ");
  EXPECT_EQ(Versions("NOT tags.stage = 'new'"), "a2 a1 ") << "what is missing is not equal";
  EXPECT_EQ(Versions("tags.stage = 'new'"), "b1 ");
  EXPECT_EQ(Versions("", {"name", "version_number DESC"}), "a2 a1 b1 ");
  EXPECT_EQ(Versions("", {"creation_timestamp"}), "a1 a2 b1 ");
  const auto tagged = Must(registry.SearchVersions({"tags.stage = 'old'", {}, 10, ""}));
  EXPECT_EQ(tagged.items.at(0).tags, (std::vector<Tag>{{"stage", "old"}}));
  Must(registry.DeleteVersion("b", 1, "ada"));
  EXPECT_EQ(Versions("name = 'b'"), "");
}

TEST_P(RegistrySearchTest, PromptsAreHiddenUnlessTheyAreAskedFor) {
  const Tag prompt{"mlflow.prompt.is_prompt", "true"};
  Create("model");
  Create("greeting", {prompt});
  Must(registry.Add({"greeting", "dummy-source", "", "", "", "", {prompt}, "ada", ""}));
  Add("model", "r1");
  EXPECT_EQ(Models(""), "model ");
  EXPECT_EQ(Models("tags.`mlflow.prompt.is_prompt` = 'true'"), "greeting ");
  EXPECT_EQ(Models("tags.`mlflow.prompt.is_prompt` != 'true'"), "model ");
  EXPECT_EQ(Models("tags.`mlflow.prompt.is_prompt` != 'false'"), "greeting ");
  for (const char* unasked : {"= 'false'", "= 'x'", "!= 'x'", "LIKE 't%'", "ILIKE 'TRUE'"})
    EXPECT_EQ(Models(std::string("tags.`mlflow.prompt.is_prompt` ") + unasked), "model ") << unasked;
  EXPECT_EQ(Models("name = 'model' OR tags.`mlflow.prompt.is_prompt` = 'true'"), "greeting model ");
  EXPECT_EQ(Versions(""), "model1 ");
  EXPECT_EQ(Versions("tags.`mlflow.prompt.is_prompt` = 'true'"), "greeting1 ");
}

INSTANTIATE_TEST_SUITE_P(Engines, RegistrySearchTest, ::testing::ValuesIn(sql::testing::Engines()),
                         sql::testing::EngineName);

}  // namespace
}  // namespace cairn::registry
