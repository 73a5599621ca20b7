// Command ingress is the ingress controller of the test cluster. It stands for ingress-nginx, which needs a build of nginx that
// cannot be had here: it routes by the Ingress, Service, EndpointSlice and Secret objects as that controller does, and says what
// it does in the same words: nginx's error log, the "upstreaminfo" access log, and the controller's own warnings.
package main

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"
)

func main() {
	class := flag.String("ingress-class", "nginx", "the class of the Ingresses that are served")
	address := flag.String("publish-status-address", "", "the address written into the status of served Ingresses")
	connect := flag.Duration("proxy-connect-timeout", 5*time.Second, "longest wait for a backend to accept a connection")
	answer := flag.Duration("proxy-read-timeout", 60*time.Second, "longest wait for a backend to answer")
	klog.InitFlags(nil)
	flag.Parse()
	stopped, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer release()
	if err := run(stopped, *class, *address, *connect, *answer); err != nil {
		klog.ErrorS(err, "Error running the controller")
		klog.FlushAndExit(klog.ExitFlushTimeout, 1)
	}
}

func run(stopped context.Context, class, address string, connect, answer time.Duration) error {
	configuration, err := rest.InClusterConfig()
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(configuration)
	if err != nil {
		return err
	}
	controller := newController(client, class, address)
	if err := controller.start(stopped); err != nil {
		return err
	}
	proxy := newProxy(controller, connect, answer)
	health := http.NewServeMux()
	health.HandleFunc("/healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	quiet := log.New(discard{}, "", 0) // a broken client connection is no news to nginx either
	servers := []*http.Server{
		{Addr: ":8080", Handler: proxy, ErrorLog: quiet},
		{Addr: ":8443", Handler: proxy, ErrorLog: quiet, TLSConfig: &tls.Config{GetCertificate: controller.certificate}},
		{Addr: ":10254", Handler: health},
	}
	failed := make(chan error, len(servers))
	for _, server := range servers {
		go func() {
			if server.TLSConfig != nil {
				failed <- server.ListenAndServeTLS("", "")
			} else {
				failed <- server.ListenAndServe()
			}
		}()
	}
	select {
	case err = <-failed:
	case <-stopped.Done():
		klog.InfoS("Shutting down controller queues")
		last, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		for _, server := range servers {
			err = errors.Join(err, server.Shutdown(last))
		}
	}
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

type discard struct{}

func (discard) Write(text []byte) (int, error) { return len(text), nil }
