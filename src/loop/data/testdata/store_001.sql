INSERT INTO dataset_version (dataset, version, digest, row_count, byte_count, sealed_rows, seal_digest, contract_passed, contract_report, note, added_by, created_ms)
VALUES ('flights', 1, 'd1', 10, 100, 2, 'x1', 0, '{"passed":false,"rules":[{"passed":false,"rule":"late: type"}]}', '', 'ada', 1360000000000);
INSERT INTO dataset_version (dataset, version, digest, row_count, byte_count, sealed_rows, seal_digest, contract_passed, contract_report, note, added_by, created_ms)
VALUES ('flights', 2, 'd2', 30, 300, 6, 'x2', 1, '{"passed":true,"rules":[]}', 'February, with the storm', 'ben', 1362000000000);
INSERT INTO dataset_file (dataset, name, added_in, origin, md5, sha256, byte_count, row_count, training_md5, training_sha256, training_rows, sealed_md5, sealed_sha256, sealed_rows)
VALUES ('flights', '2013-01.csv', 1, '/data/2013-01.csv', 'm1', 'h1', 100, 10, 't1', 'u1', 8, 'n1', 's1', 2);
INSERT INTO dataset_file (dataset, name, added_in, origin, md5, sha256, byte_count, row_count, training_md5, training_sha256, training_rows, sealed_md5, sealed_sha256, sealed_rows)
VALUES ('flights', '2013-02.csv', 2, '/data/2013-02.csv', 'm2', 'h2', 200, 20, 't2', 'u2', 16, 'n2', 's2', 4);
INSERT INTO dataset_report (dataset, version, digest, report, created_ms)
VALUES ('flights', 1, 'r1', '{"rows":10}', 1361000000000);
