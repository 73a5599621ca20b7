package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typed "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
	"k8s.io/klog/v2"
)

// route is one path of one host: where requests for it go. No endpoints means 503.
type route struct {
	host, path, upstream string
	exact                bool
	endpoints            []string
}

// routes is what the objects of the cluster say at one time.
type routes struct {
	list         []route
	certificates map[string]*tls.Certificate
}

// controller turns objects into routes, again after every change.
type controller struct {
	client         kubernetes.Interface
	factory        informers.SharedInformerFactory
	recorder       record.EventRecorder
	class, address string
	changed        chan struct{}

	lock    sync.RWMutex
	current routes
	own     *tls.Certificate
	seen    map[string]bool // what was said already, so that every warning stands once for every change
}

func newController(client kubernetes.Interface, class, address string) *controller {
	broadcaster := record.NewBroadcaster()
	broadcaster.StartRecordingToSink(&typed.EventSinkImpl{Interface: client.CoreV1().Events("")})
	return &controller{
		client: client, class: class, address: address, changed: make(chan struct{}, 1), seen: map[string]bool{},
		factory:  informers.NewSharedInformerFactory(client, 0),
		recorder: broadcaster.NewRecorder(scheme.Scheme, core.EventSource{Component: "nginx-ingress-controller"}),
		current:  routes{certificates: map[string]*tls.Certificate{}},
	}
}

func (c *controller) start(stopped context.Context) error {
	var err error
	if c.own, err = ownCertificate(); err != nil {
		return err
	}
	nudge := func(any) {
		select {
		case c.changed <- struct{}{}:
		default:
		}
	}
	handler := cache.ResourceEventHandlerFuncs{AddFunc: nudge, DeleteFunc: nudge, UpdateFunc: func(_, object any) { nudge(object) }}
	n := c.factory.Networking().V1()
	for _, informer := range []cache.SharedIndexInformer{
		n.Ingresses().Informer(), n.IngressClasses().Informer(), c.factory.Core().V1().Services().Informer(),
		c.factory.Core().V1().Secrets().Informer(), c.factory.Discovery().V1().EndpointSlices().Informer(),
	} {
		if _, err := informer.AddEventHandler(handler); err != nil {
			return err
		}
	}
	c.factory.Start(stopped.Done())
	klog.InfoS("Starting NGINX Ingress controller")
	for kind, synced := range c.factory.WaitForCacheSync(stopped.Done()) {
		if !synced {
			return fmt.Errorf("no list of %v", kind)
		}
	}
	c.sync(stopped)
	go func() {
		for {
			select {
			case <-stopped.Done():
				return
			case <-c.changed:
				time.Sleep(100 * time.Millisecond) // changes come in flocks
				c.sync(stopped)
			}
		}
	}()
	return nil
}

// sync computes the routes of all Ingresses that this controller serves, and writes their address into their status.
func (c *controller) sync(stopped context.Context) {
	found := routes{certificates: map[string]*tls.Certificate{}}
	said := map[string]bool{}
	warn := func(format string, arguments ...any) {
		text := fmt.Sprintf(format, arguments...)
		if said[text] = true; !c.seen[text] {
			klog.WarningDepth(1, text)
		}
	}
	ingresses, _ := c.factory.Networking().V1().Ingresses().Lister().List(labels.Everything())
	sort.Slice(ingresses, func(a, b int) bool { return ingresses[a].CreationTimestamp.Before(&ingresses[b].CreationTimestamp) })
	for _, ingress := range ingresses {
		key := ingress.Namespace + "/" + ingress.Name
		if !c.serves(ingress) {
			warn("Ignoring ingress because of error while validating ingress class ingress=%q error=%q", key, "no object matching key "+strconv.Quote(className(ingress))+" in local store")
			continue
		}
		if version := key + "@" + strconv.FormatInt(ingress.Generation, 10); !c.seen[version] {
			c.recorder.Event(ingress, core.EventTypeNormal, "Sync", "Scheduled for sync")
			said[version] = true
		} else {
			said[version] = true
		}
		for _, rule := range ingress.Spec.Rules {
			if rule.HTTP == nil {
				continue
			}
			for _, path := range rule.HTTP.Paths {
				if path.Backend.Service == nil {
					continue
				}
				port := path.Backend.Service.Port.Name
				if port == "" {
					port = strconv.Itoa(int(path.Backend.Service.Port.Number))
				}
				found.list = append(found.list, route{
					host: rule.Host, path: path.Path, exact: path.PathType != nil && *path.PathType == networking.PathTypeExact,
					upstream:  fmt.Sprintf("%s-%s-%s", ingress.Namespace, path.Backend.Service.Name, port),
					endpoints: c.endpoints(ingress.Namespace, path.Backend.Service.Name, port, warn),
				})
			}
		}
		for _, entry := range ingress.Spec.TLS {
			for _, host := range entry.Hosts {
				if certificate := c.secretCertificate(ingress.Namespace, entry.SecretName, host, warn); certificate != nil {
					found.certificates[host] = certificate
				}
			}
		}
		c.publish(stopped, ingress)
	}
	c.lock.Lock()
	c.current, c.seen = found, said
	c.lock.Unlock()
}

func className(ingress *networking.Ingress) string {
	if ingress.Spec.IngressClassName != nil {
		return *ingress.Spec.IngressClassName
	}
	return ingress.Annotations["kubernetes.io/ingress.class"]
}

func (c *controller) serves(ingress *networking.Ingress) bool {
	if className(ingress) != c.class {
		return false
	}
	_, err := c.factory.Networking().V1().IngressClasses().Lister().Get(c.class)
	return err == nil
}

// endpoints are the ready addresses behind a port of a Service, sorted.
func (c *controller) endpoints(namespace, name, port string, warn func(string, ...any)) []string {
	key := namespace + "/" + name
	service, err := c.factory.Core().V1().Services().Lister().Services(namespace).Get(name)
	if err != nil {
		warn("Error obtaining Endpoints for Service %q: no object matching key %q in local store", key, key)
		return nil
	}
	slicesOfService, _ := c.factory.Discovery().V1().EndpointSlices().Lister().EndpointSlices(namespace).
		List(labels.SelectorFromSet(labels.Set{discovery.LabelServiceName: name}))
	for _, wanted := range service.Spec.Ports {
		if strconv.Itoa(int(wanted.Port)) != port && wanted.TargetPort.String() != port && wanted.Name != port {
			continue
		}
		var addresses []string
		for _, slice := range slicesOfService {
			for _, offered := range slice.Ports {
				if offered.Port == nil || offered.Protocol == nil || *offered.Protocol != core.ProtocolTCP || (offered.Name != nil && *offered.Name != wanted.Name) {
					continue
				}
				for _, endpoint := range slice.Endpoints {
					if endpoint.Conditions.Ready != nil && *endpoint.Conditions.Ready && len(endpoint.Addresses) > 0 {
						addresses = append(addresses, net.JoinHostPort(endpoint.Addresses[0], strconv.Itoa(int(*offered.Port))))
					}
				}
			}
		}
		if len(addresses) == 0 {
			warn("Service %q does not have any active Endpoint.", key)
		}
		slices.Sort(addresses)
		return slices.Compact(addresses)
	}
	return nil
}

func (c *controller) secretCertificate(namespace, name, host string, warn func(string, ...any)) *tls.Certificate {
	key := namespace + "/" + name
	secret, err := c.factory.Core().V1().Secrets().Lister().Secrets(namespace).Get(name)
	if err != nil {
		warn("Error getting SSL certificate %q: local SSL certificate %s was not found. Using default certificate", key, key)
		return nil
	}
	pair, err := tls.X509KeyPair(secret.Data[core.TLSCertKey], secret.Data[core.TLSPrivateKeyKey])
	if err != nil {
		warn("Error getting SSL certificate %q: unexpected error creating SSL Cert: %v. Using default certificate", key, err)
		return nil
	}
	if pair.Leaf == nil {
		if pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
			return nil
		}
	}
	if err := pair.Leaf.VerifyHostname(host); err != nil {
		warn("Unexpected error validating SSL certificate %q for server %q: %v", key, host, err)
		warn("SSL certificate %q does not contain a Common Name or Subject Alternative Name for server %q: %v", key, host, err)
		warn("Using default certificate")
		return nil
	}
	if end := pair.Leaf.NotAfter; end.Before(time.Now()) {
		warn("SSL certificate for server %q expired (%v)", host, end)
	} else if end.Before(time.Now().Add(240 * time.Hour)) {
		warn("SSL certificate for server %q is about to expire (%v)", host, end)
	}
	return &pair
}

// publish writes the controller's address into the status of an Ingress.
func (c *controller) publish(stopped context.Context, ingress *networking.Ingress) {
	given := ingress.Status.LoadBalancer.Ingress
	if c.address == "" || (len(given) == 1 && given[0].IP == c.address) {
		return
	}
	changed := ingress.DeepCopy()
	changed.Status.LoadBalancer.Ingress = []networking.IngressLoadBalancerIngress{{IP: c.address}}
	if _, err := c.client.NetworkingV1().Ingresses(ingress.Namespace).UpdateStatus(stopped, changed, meta.UpdateOptions{}); err != nil {
		klog.Warningf("Error updating ingress status: %v", err)
		return
	}
	klog.InfoS("updating Ingress status", "namespace", ingress.Namespace, "ingress", ingress.Name)
}

// match is the route of a request: the longest path of its host, first come first served.
func (c *controller) match(host, path string) *route {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	c.lock.RLock()
	defer c.lock.RUnlock()
	var best *route
	for i := range c.current.list {
		r := &c.current.list[i]
		if r.host != "" && r.host != host {
			continue
		}
		prefix := strings.TrimSuffix(r.path, "/")
		if path != r.path && (r.exact || (path != prefix && !strings.HasPrefix(path, prefix+"/"))) {
			continue
		}
		if best == nil || len(r.path) > len(best.path) {
			best = r
		}
	}
	return best
}

// certificate is the one for a host, or the controller's own when there is none.
func (c *controller) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.lock.RLock()
	defer c.lock.RUnlock()
	if certificate := c.current.certificates[hello.ServerName]; certificate != nil {
		return certificate, nil
	}
	return c.own, nil
}

func ownCertificate() (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "Kubernetes Ingress Controller Fake Certificate"},
		DNSNames: []string{"ingress.local"}, NotBefore: time.Now(), NotAfter: time.Now().AddDate(1, 0, 0),
	}
	der, failed := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, errors.Join(err, failed)
}
