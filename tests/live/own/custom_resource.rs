//! A kind that the text defines itself, and an object of it: not a challenge of ours, only a text for this walk.

use super::Course;
use super::row::{Row, row};
use crate::lab::Lab;
use crate::wait::Done;
use crate::world::Names;

const TEXT: &str = "\
---
slug: custom-resource
type: challenge
title: A kind of our own
---
A kind, and wait until it can be used:

```bash
kubectl apply -f - <<YAML
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: kites.toys.example.com
spec:
  group: toys.example.com
  scope: Namespaced
  names: {plural: kites, singular: kite, kind: Kite, shortNames: [kt]}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            x-kubernetes-preserve-unknown-fields: true
YAML
kubectl wait --for=condition=established crd/kites.toys.example.com --timeout=30s
```

One of it:

```bash
kubectl apply -n default -f - <<YAML
apiVersion: toys.example.com/v1
kind: Kite
metadata: {name: red}
spec: {length: 3, tails: [long, short]}
YAML
```

A longer one, by its short name:

```bash
kubectl patch kt red -n default --type merge -p '{\"spec\":{\"length\":5}}'
kubectl label kites red wind=strong -n default
```

Another, which stays:

```bash
kubectl apply -n default -f - <<YAML
apiVersion: toys.example.com/v1
kind: Kite
metadata: {name: blue}
spec: {length: 1}
YAML
```

The first one flies away:

```bash
kubectl delete kite red -n default
```
";

/// - Until the kind is there, nothing of it can be; the text itself makes it, so that this counts. But that
///   `red` is gone, the missing kind does not show: the text does not take the kind away.
/// - `red` ends as it began: while it is not there, nothing can be told of 2, 3 and 5 by themselves. Where 4
///   holds, which comes later, 2 and 3 are overtaken.
const ROWS: [Row; 6] = [
    row(0, "F..F?", 1),
    row(1, "P..F.", 4),
    row(2, "PPFFF", 3),
    row(3, "PPPFF", 4),
    row(4, "PPPPF", 5),
    row(5, "PooP.", 0),
];

pub(super) fn walk(lab: &mut Lab) -> Done<()> {
    lab.renew(Names::of_the_seed())?;
    clear(lab)?;
    let path = lab.directory.join("custom-resource.md");
    std::fs::write(&path, TEXT).map_err(|error| error.to_string())?;
    let course = Course {
        challenge: &path,
        quietly: &[],
        rows: &ROWS,
        refused: None,
        thorough: &[],
        secrets: &[],
    };
    course.walk(lab)?;
    clear(lab)
}

fn clear(lab: &Lab) -> Done<()> {
    let delete = ["delete", "crd", "kites.toys.example.com", "--ignore-not-found"];
    Ok(lab.kubernetes.kubectl(&delete).map(drop)?)
}
