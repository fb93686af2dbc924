package cloud

import (
	"fmt"
	"io"
	"log"
	"net"
)

// seams are what stands between the functions and the services; they listen before the services run, so that their
// addresses can stand in the functions' environment.
type seams struct {
	api, control, issuer, kms net.Listener
	dynamodb, sqs             *seam
}

// listen opens every port, so that one in use is told before anything was started.
func (c *Cloud) listen() (*seams, error) {
	s := &seams{}
	for _, l := range []struct {
		what string
		port int
		to   *net.Listener
	}{
		{"API", c.config.APIPort, &s.api},
		{"control port", c.config.ControlPort, &s.control},
		{"token issuer", c.config.IssuerPort, &s.issuer},
		{"KMS", 0, &s.kms},
	} {
		listener, err := c.open(l.what, l.port)
		if err != nil {
			return nil, err
		}
		*l.to = listener
	}
	c.API, c.Control, c.Issuer = urlOf(s.api), urlOf(s.control), urlOf(s.issuer)
	for _, l := range []struct {
		service string
		to      **seam
	}{{"dynamodb", &s.dynamodb}, {"sqs", &s.sqs}} {
		listener, err := c.open(l.service, 0)
		if err != nil {
			return nil, err
		}
		*l.to = newSeam(l.service, urlOf(listener))
		c.web(listener, *l.to)
	}
	return s, nil
}

func (c *Cloud) open(what string, port int) (net.Listener, error) {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil, portError(what, port, err)
	}
	c.onStop(func() { _ = l.Close() })
	return l, nil
}

func urlOf(l net.Listener) string { return "http://" + l.Addr().String() }

// quiet keeps what net/http says about clients that went away from the terminal.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
