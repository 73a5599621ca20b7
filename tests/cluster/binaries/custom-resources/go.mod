// Where the definitions of custom resources come from: the YAML files inside these modules. Nothing is compiled.
module tarbox.test/custom-resources

go 1.24.0

require (
	github.com/prometheus-operator/prometheus-operator v0.85.0
	istio.io/api v1.27.0
	sigs.k8s.io/gateway-api v1.3.0
)
