#!/bin/bash
# Makes build/env/java: MLflow's Java client (tests/requirements/java/pom.xml, each archive checked against sha256.txt beside it) and the classes of
# tests/clients/java.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
. tools/steps.sh

wanted=tests/requirements/java folder=build/env/java
sources=(tests/clients/java/*.java)
key=$(digest_of "$wanted"/* "${sources[@]}" tools/setup/java.sh)
sealed env-java "$key" && [ -d $folder/classes ] && exit 0

make_environment() {
  rm -rf $folder
  mkdir -p $folder
  mvn -B -q -f "$wanted/pom.xml" dependency:copy-dependencies "-DoutputDirectory=$PWD/$folder/lib" -DincludeScope=runtime
  (cd $folder/lib && sha256sum --strict -c "$CAIRN_ROOT/$wanted/sha256.txt")
  [ "$(ls $folder/lib | wc -l)" = "$(wc -l <"$wanted/sha256.txt")" ] || fail "the Java client brought other archives than $wanted/sha256.txt lists."
  javac -encoding UTF-8 -d $folder/classes -cp "$folder/lib/*" "${sources[@]}"
}
step env-java "making the Java environment" make_environment
seal env-java "$key"
