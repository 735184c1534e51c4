"""How much each column matters: the log loss that is gained when it is shuffled."""

import numpy as np
import onnxruntime
import pandas as pd

from columns import CATEGORIES, NUMBERS, TARGET

flights = pd.read_parquet("build/flights.parquet").sample(10_000, random_state=7)
late = flights[TARGET].to_numpy() == 1
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession("build/model.onnx", options)


def log_loss(table: pd.DataFrame) -> float:
    inputs = {name: table[[name]].to_numpy().astype(object) for name in CATEGORIES}
    inputs |= {name: table[[name]].to_numpy(np.float32) for name in NUMBERS}
    chances = session.run(["probabilities"], inputs)[0][:, 1]
    return -np.log(np.where(late, chances, 1 - chances)).mean()


whole, random = log_loss(flights), np.random.default_rng(7)
gains = {
    name: log_loss(flights.assign(**{name: random.permutation(flights[name])})) - whole
    for name in CATEGORIES + NUMBERS
}
table = pd.Series(gains, name="log_loss_gained").sort_values(ascending=False)
table.to_csv("build/importance.csv", index_label="column")
print(table.to_string(float_format="{:.4f}".format))
