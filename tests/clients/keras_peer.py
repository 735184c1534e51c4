"""Trains two deep networks, logs and registers them by MLflow's own flavour for Keras, and says what predict gives here: keras_peer.py URI EXPERIMENT MODEL ROWS.csv

One takes an array, the other an array by each column's name. Prints one line of JSON: for each its version and its answers to the rows. Run in its own environment."""

import json
import os
import sys

os.environ["KERAS_BACKEND"] = "jax"

import keras  # noqa: E402
import mlflow.keras.save  # noqa: E402
import numpy  # noqa: E402
import pandas  # noqa: E402
from mlflow.models import ModelSignature, infer_signature  # noqa: E402
from mlflow.types import Schema, TensorSpec  # noqa: E402


save_example = mlflow.keras.save._save_example


def save_example_in_its_folder(model, example, path):
    """MLflow 3.17 writes the example of this flavour before it makes the folder for it."""
    os.makedirs(path, exist_ok=True)
    return save_example(model, example, path)


mlflow.keras.save._save_example = save_example_in_its_folder


def network(inputs, joined):
    hidden = keras.layers.BatchNormalization()(keras.layers.Dense(16, activation="relu")(joined))
    hidden = keras.layers.Dense(8, activation="gelu")(keras.layers.Dropout(0.2)(hidden))
    model = keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(hidden))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    return model


def logged(model, rows, late, name, signature, **more):
    model.fit(rows, late, epochs=3, batch_size=32, verbose=0)
    with mlflow.start_run():
        made = mlflow.keras.log_model(model, name="model", registered_model_name=name, signature=signature, pip_requirements=["keras", "jax"], **more)
    answers = mlflow.pyfunc.load_model(made.model_uri).predict(rows)
    assert numpy.array_equal(answers, model.predict(rows, verbose=0))
    return {"version": int(made.registered_model_version), "answers": answers.ravel().tolist()}


def main(uri, experiment, name, path):
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment(experiment)
    keras.utils.set_random_seed(7)
    table = pandas.read_csv(path).astype("float32")
    late = (table["a"] + table["b"] > 0.5).astype("float32").to_numpy()
    array, columns = table.to_numpy(), {name: table[[name]].to_numpy() for name in table}
    whole = keras.Input([len(columns)])
    by_name = {name: keras.Input([1], name=name) for name in columns}
    single = numpy.dtype("float32")
    of_columns = ModelSignature(Schema([TensorSpec(single, (-1, 1), name) for name in columns]), Schema([TensorSpec(single, (-1, 1))]))
    said = {"array": logged(network(whole, whole), array, late, name, infer_signature(array, late[:, None]), input_example=table[:2]),
            "columns": logged(network(by_name, keras.layers.Concatenate()(list(by_name.values()))), columns, late, name, of_columns)}
    print(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
