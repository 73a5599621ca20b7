// Where the definitions of cert-manager's, Argo CD's and Flux's resources come from: the YAML files inside these modules. Nothing is compiled.
module tarbox.test/operators

go 1.26.0

require (
	github.com/argoproj/argo-cd/v3 v3.1.0
	github.com/cert-manager/cert-manager v1.21.2
	github.com/fluxcd/helm-controller v1.4.0
	github.com/fluxcd/kustomize-controller v1.7.3
	github.com/fluxcd/source-controller v1.7.0
)
