//! Collects a Kubernetes cluster into one bundle
