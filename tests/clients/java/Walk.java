import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.mlflow.api.proto.ModelRegistry.ModelVersion;
import org.mlflow.api.proto.Service.CreateRun;
import org.mlflow.api.proto.Service.Experiment;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.Run;
import org.mlflow.api.proto.Service.RunInfo;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.api.proto.Service.ViewType;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowClientException;
import org.mlflow.tracking.RunsPage;

/**
 * MLflow's Java client on its way through experiments, runs, search, artifacts and the registry. Arguments: the server's address, and the name of a
 * registered model whose version 1 has an artifact MLmodel. Ends with an exception, or prints "experiment run".
 */
public final class Walk {
  private final MlflowClient client;

  private Walk(String uri) {
    client = new MlflowClient(uri);
  }

  public static void main(String[] arguments) throws Exception {
    Walk walk = new Walk(arguments[0]);
    String experiment = walk.experiments();
    String run = walk.run(experiment);
    walk.search(experiment);
    walk.artifacts(run);
    walk.registry(arguments[1]);
    walk.client.close();
    System.out.println(experiment + " " + run);
  }

  private static void check(boolean holds, String what) {
    if (!holds) throw new IllegalStateException(what);
  }

  private String experiments() {
    String id = client.createExperiment("from java");
    client.setExperimentTag(id, "team", "coffee");
    client.renameExperiment(id, "from java, renamed");
    Experiment found = client.getExperimentByName("from java, renamed").get();
    check(found.getExperimentId().equals(id) && found.getTags(0).getValue().equals("coffee"), "the experiment by name");
    check(!client.getExperimentByName("nobody").isPresent(), "an experiment that is not there");
    client.deleteExperiment(id);
    check(client.getExperiment(id).getLifecycleStage().equals("deleted"), "the deleted experiment");
    client.restoreExperiment(id);
    List<Experiment> all = client.searchExperiments("name LIKE 'from java%'", ViewType.ACTIVE_ONLY, 10, new ArrayList<>()).getItems();
    check(all.size() == 1 && all.get(0).getExperimentId().equals(id), "the experiments found");
    return id;
  }

  private String run(String experiment) {
    RunInfo info = client.createRun(CreateRun.newBuilder().setExperimentId(experiment).setUserId("gosling").setStartTime(1234).build());
    String id = info.getRunId();
    check(info.getRunUuid().equals(id) && info.getStartTime() == 1234, "the new run");
    client.logParam(id, "lr", "0.1");
    for (int step = 0; step < 4; ++step) client.logMetric(id, "loss", 1.0 / (step + 1), 1000 + step, step);
    client.logMetric(id, "huge", Double.POSITIVE_INFINITY);
    client.logMetric(id, "odd", Double.NaN);
    client.logBatch(id, Arrays.asList(Metric.newBuilder().setKey("auc").setValue(0.75).setTimestamp(1L << 40).setStep(-3).build()),
        Arrays.asList(Param.newBuilder().setKey("depth").setValue("4").build()),
        Arrays.asList(RunTag.newBuilder().setKey("colour").setValue("grün").build()));
    client.setTag(id, "gone", "soon");
    client.deleteTag(id, "gone");
    client.setTerminated(id, RunStatus.FINISHED, 5678);
    Run seen = client.getRun(id);
    check(seen.getInfo().getStatus() == RunStatus.FINISHED && seen.getInfo().getEndTime() == 5678, "the run's end");
    check(seen.getData().getParamsCount() == 2 && seen.getData().getMetricsCount() == 4, "what the run holds");
    for (Metric metric : seen.getData().getMetricsList()) {
      if (metric.getKey().equals("loss")) check(metric.getValue() == 0.25 && metric.getStep() == 3, "the latest loss");
      if (metric.getKey().equals("odd")) check(Double.isNaN(metric.getValue()), "NaN");
      if (metric.getKey().equals("auc")) check(metric.getTimestamp() == 1L << 40 && metric.getStep() == -3, "a time of 64 bits");
    }
    check(client.getMetricHistory(id, "loss").size() == 4, "the history");
    client.deleteRun(id);
    check(client.getRun(id).getInfo().getLifecycleStage().equals("deleted"), "the deleted run");
    client.restoreRun(id);
    return id;
  }

  private void search(String experiment) {
    for (int i = 0; i < 7; ++i) {
      String id = client.createRun(experiment).getRunId();
      client.logMetric(id, "score", i);
      client.setTerminated(id);
    }
    List<String> where = Arrays.asList(experiment);
    RunsPage page = client.searchRuns(where, "metrics.score >= 1", ViewType.ACTIVE_ONLY, 4, Arrays.asList("metrics.score DESC"));
    check(page.getItems().size() == 4 && page.hasNextPage(), "the first page");
    RunsPage rest = (RunsPage) page.getNextPage();
    check(rest.getItems().size() == 2 && !rest.hasNextPage(), "the second page");
    check(rest.getItems().get(1).getData().getMetrics(0).getValue() == 1, "the last of them");
    try {
      client.searchRuns(where, "metrics.score !! 1");
      check(false, "a wrong filter was taken");
    } catch (MlflowClientException expected) {
      check(expected.getMessage().contains("400"), "the refusal of a wrong filter: " + expected.getMessage());
    }
  }

  private void artifacts(String run) throws Exception {
    File file = new File(Files.createTempDirectory("walk").toFile(), "note.txt");
    Files.write(file.toPath(), "from java".getBytes(StandardCharsets.UTF_8));
    client.logArtifact(run, file, "notes");
    List<String> names = client.listArtifacts(run, "notes").stream().map(one -> one.getPath()).collect(Collectors.toList());
    check(names.equals(Arrays.asList("notes/note.txt")), "the artifacts: " + names);
    File fetched = new File(client.downloadArtifacts(run, "notes"), "note.txt");
    check(Arrays.equals(Files.readAllBytes(fetched.toPath()), Files.readAllBytes(file.toPath())), "the bytes that came back");
  }

  private void registry(String model) {
    check(client.getRegisteredModel(model).getName().equals(model), "the registered model");
    ModelVersion version = client.getModelVersion(model, "1");
    check(version.getVersion().equals("1"), "the version");
    check(client.getLatestVersions(model).get(0).getVersion().equals("1"), "the latest version");
    check(client.searchModelVersions("name = '" + model + "'").getItems().size() == 1, "the versions found");
    check(client.getModelVersionDownloadUri(model, "1").contains("artifacts"), "where its files are");
    check(new File(client.downloadModelVersion(model, "1"), "MLmodel").isFile(), "its files");
  }
}
