package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	tries   = 3       // nginx asks so many backends before it gives up
	largest = 1 << 20 // of a request's body, kept so that it can be sent again
)

// proxy sends requests on, and writes nginx's two logs.
type proxy struct {
	controller  *controller
	transport   *http.Transport
	answer      time.Duration
	connections atomic.Int64
	turn        atomic.Uint64
}

func newProxy(controller *controller, connect, answer time.Duration) *proxy {
	dialer := &net.Dialer{Timeout: connect}
	return &proxy{controller: controller, answer: answer, transport: &http.Transport{
		DialContext: dialer.DialContext, MaxIdleConnsPerHost: 32, IdleConnTimeout: 5 * time.Second, DisableCompression: true,
	}}
}

// attempt is what one backend answered, as the access log shows it.
type attempt struct {
	address string
	length  int64
	seconds float64
	status  int
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	started := time.Now()
	body, _ := io.ReadAll(io.LimitReader(request.Body, largest))
	upstream, status, sent, attempts := "upstream-default-backend", http.StatusNotFound, int64(0), []attempt(nil)
	if route := p.controller.match(request.Host, request.URL.Path); route != nil {
		upstream = route.upstream
		status, sent, attempts = p.forward(w, request, body, route)
	}
	if attempts == nil || sent < 0 {
		sent = refuse(w, status)
	}
	p.access(request, len(body), status, sent, upstream, attempts, time.Since(started))
}

// forward asks one backend after the other. What it did not answer itself has sent < 0.
func (p *proxy) forward(w http.ResponseWriter, request *http.Request, body []byte, route *route) (status int, sent int64, attempts []attempt) {
	if len(route.endpoints) == 0 {
		return http.StatusServiceUnavailable, -1, nil
	}
	connection, turn := p.connections.Add(1), p.turn.Add(1)
	for try := 0; try < min(tries, len(route.endpoints)); try++ {
		address := route.endpoints[(turn+uint64(try))%uint64(len(route.endpoints))]
		started := time.Now()
		response, err := p.ask(request, body, address)
		seconds := time.Since(started).Seconds()
		if err == nil {
			defer response.Body.Close()
			for name, values := range response.Header {
				w.Header()[name] = values
			}
			w.WriteHeader(response.StatusCode)
			sent, _ = io.Copy(w, response.Body)
			return response.StatusCode, sent, append(attempts, attempt{address, sent, seconds, response.StatusCode})
		}
		status = http.StatusBadGateway
		said := "upstream prematurely closed connection while reading response header from upstream"
		var network net.Error
		switch {
		case errors.Is(err, syscall.ECONNREFUSED):
			said = "connect() failed (111: Connection refused) while connecting to upstream"
		case errors.Is(err, syscall.EHOSTUNREACH):
			said = "connect() failed (113: Host is unreachable) while connecting to upstream"
		case errors.Is(err, context.DeadlineExceeded):
			status, said = http.StatusGatewayTimeout, "upstream timed out (110: Operation timed out) while reading response header from upstream"
		case errors.As(err, &network) && network.Timeout():
			status, said = http.StatusGatewayTimeout, "upstream timed out (110: Operation timed out) while connecting to upstream"
		}
		client, _, _ := net.SplitHostPort(request.RemoteAddr)
		fmt.Fprintf(os.Stderr, "%s [error] %d#%d: *%d %s, client: %s, server: %s, request: %q, upstream: %q, host: %q\n",
			time.Now().UTC().Format("2006/01/02 15:04:05"), os.Getpid(), os.Getpid(), connection, said, client, route.host,
			line(request), "http://"+address+request.URL.RequestURI(), request.Host)
		attempts = append(attempts, attempt{address, 0, seconds, status})
	}
	return status, -1, attempts
}

func (p *proxy) ask(request *http.Request, body []byte, address string) (*http.Response, error) {
	limited, cancel := context.WithTimeout(request.Context(), p.answer)
	out := request.Clone(limited)
	out.RequestURI, out.URL.Scheme, out.URL.Host = "", "http", address
	out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	out.Header.Set("X-Request-ID", rand.Text())
	if client, _, err := net.SplitHostPort(request.RemoteAddr); err == nil {
		out.Header.Set("X-Forwarded-For", client)
	}
	response, err := p.transport.RoundTrip(out)
	if err != nil {
		cancel()
		return nil, err
	}
	response.Body = closing{response.Body, cancel}
	return response, nil
}

type closing struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (c closing) Close() error { defer c.cancel(); return c.ReadCloser.Close() }

func refuse(w http.ResponseWriter, status int) int64 {
	text := fmt.Sprintf("<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n<center><h1>%d %s</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
		status, http.StatusText(status), status, http.StatusText(status))
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	n, _ := io.WriteString(w, text)
	return int64(n)
}

func line(request *http.Request) string {
	return request.Method + " " + request.URL.RequestURI() + " " + request.Proto
}

// access writes a line of ingress-nginx's log format "upstreaminfo".
func (p *proxy) access(request *http.Request, length, status int, sent int64, upstream string, attempts []attempt, took time.Duration) {
	client, _, _ := net.SplitHostPort(request.RemoteAddr)
	column := func(show func(attempt) string) string {
		if len(attempts) == 0 {
			return "-"
		}
		shown := make([]string, len(attempts))
		for i, one := range attempts {
			shown[i] = show(one)
		}
		return strings.Join(shown, ", ")
	}
	or := func(text string) string {
		if text == "" {
			return "-"
		}
		return text
	}
	fmt.Printf("%s - - [%s] %q %d %d %q %q %d %.3f [%s] [] %s %s %s %s %s\n", client, time.Now().UTC().Format("02/Jan/2006:15:04:05 -0700"), line(request),
		status, sent, or(request.Referer()), or(request.UserAgent()), length+len(line(request))+90, took.Seconds(), upstream,
		column(func(a attempt) string { return a.address }), column(func(a attempt) string { return fmt.Sprint(a.length) }),
		column(func(a attempt) string { return fmt.Sprintf("%.3f", a.seconds) }), column(func(a attempt) string { return fmt.Sprint(a.status) }),
		strings.ToLower(rand.Text()))
}
