// Package secure lets a server answer over HTTPS from the first day: with a
// certificate of its own making, or with one from files.
package secure

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"ecrm/internal/durable"
)

// Certificates gives each connection the certificate in force.
type Certificates struct {
	// CA is the authority that people's devices are to trust, as PEM; nil where the
	// certificate is not of our making.
	CA []byte

	mu      sync.Mutex
	current *tls.Certificate
	looked  time.Time
	load    func() (*tls.Certificate, error)
}

const (
	authoritySpan   = 10 * 365 * 24 * time.Hour
	certificateSpan = 397 * 24 * time.Hour // browsers accept no longer
	renewBefore     = 30 * 24 * time.Hour
	// lookEvery is how often it is asked whether the certificate is still right.
	lookEvery = time.Minute
)

// ErrHow is answered where --tls says nothing that is understood.
var ErrHow = errors.New(`--tls wants "auto", or the files of certificate and key with a comma between them`)

// Open understands what stands behind --tls: "auto" makes an authority and a
// certificate in a folder, "CERT,KEY" names files, which may be exchanged while
// the server runs.
func Open(how, folder string) (*Certificates, error) {
	if how == "auto" {
		return auto(folder)
	}
	cert, key, ok := strings.Cut(how, ",")
	if !ok || cert == "" || key == "" {
		return nil, ErrHow
	}
	c := &Certificates{}
	var read time.Time
	c.load = func() (*tls.Certificate, error) {
		changed := time.Time{}
		for _, name := range []string{cert, key} {
			info, err := os.Stat(name)
			if err != nil {
				return nil, err
			}
			if info.ModTime().After(changed) {
				changed = info.ModTime()
			}
		}
		if c.current != nil && changed.Equal(read) {
			return c.current, nil
		}
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return nil, fmt.Errorf("read the certificate %s: %w", cert, err)
		}
		read = changed
		return &pair, nil
	}
	_, err := c.get()
	return c, err
}

// Config is how connections are to be answered.
func (c *Certificates) Config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.get() },
	}
}

// get answers the certificate in force; one that cannot be renewed or read anew
// stays in force.
func (c *Certificates) get() (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.current != nil && time.Since(c.looked) < lookEvery {
		return c.current, nil
	}
	c.looked = time.Now()
	now, err := c.load()
	if err != nil {
		if c.current != nil {
			return c.current, nil //nolint:nilerr // the old one is better than none
		}
		return nil, err
	}
	c.current = now
	return now, nil
}

// auto keeps an authority in a folder and makes certificates for the names and
// addresses of this machine, anew when these change or it is about to end.
func auto(folder string) (*Certificates, error) {
	if err := durable.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of certificates: %w", err)
	}
	authority, err := pairIn(folder, "ca", func(key *ecdsa.PrivateKey) ([]byte, error) {
		name := "ECRM"
		if host, err := os.Hostname(); err == nil {
			name += " (" + host + ")"
		}
		template := &x509.Certificate{
			Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true,
			KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(authoritySpan),
		}
		return sign(template, template, key, key)
	}, func(c *x509.Certificate) bool { return time.Until(c.NotAfter) > 2*certificateSpan })
	if err != nil {
		return nil, err
	}
	ca := authority.Leaf
	signer, ok := authority.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errors.New("the key of the authority is none of ours")
	}
	c := &Certificates{CA: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw})}
	c.load = func() (*tls.Certificate, error) {
		names, addresses := here()
		return pairIn(folder, "server", func(key *ecdsa.PrivateKey) ([]byte, error) {
			return sign(&x509.Certificate{
				Subject: pkix.Name{CommonName: names[0]}, DNSNames: names, IPAddresses: addresses,
				KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
				NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(certificateSpan),
			}, ca, key, signer)
		}, func(c *x509.Certificate) bool {
			return time.Until(c.NotAfter) > renewBefore && c.CheckSignatureFrom(ca) == nil && slices.Equal(c.DNSNames, names) &&
				slices.EqualFunc(c.IPAddresses, addresses, net.IP.Equal)
		})
	}
	_, err = c.get()
	return c, err
}

// here are the names and addresses under which this machine is reached.
func here() (names []string, addresses []net.IP) {
	names = []string{"localhost"}
	if host, err := os.Hostname(); err == nil && host != "" && host != "localhost" {
		names = append(names, host)
		if !strings.Contains(host, ".") {
			names = append(names, host+".local")
		}
	}
	list, err := net.InterfaceAddrs()
	if err == nil {
		for _, a := range list {
			if ip, ok := a.(*net.IPNet); ok && !ip.IP.IsLinkLocalUnicast() {
				addresses = append(addresses, ip.IP)
			}
		}
	}
	slices.SortFunc(addresses, func(a, b net.IP) int { return strings.Compare(a.String(), b.String()) })
	return names, addresses
}

// pairIn reads a certificate and its key, or makes them where they are absent or
// no longer right.
func pairIn(folder, name string, create func(key *ecdsa.PrivateKey) ([]byte, error), right func(*x509.Certificate) bool) (*tls.Certificate, error) {
	certFile, keyFile := filepath.Join(folder, name+".crt"), filepath.Join(folder, name+".key")
	if pair, err := tls.LoadX509KeyPair(certFile, keyFile); err == nil && right(pair.Leaf) {
		return &pair, nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	der, err := create(key)
	if err != nil {
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("write a key: %w", err)
	}
	err = errors.Join(
		durable.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600),
		durable.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	if err != nil {
		return nil, fmt.Errorf("keep a certificate: %w", err)
	}
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	return &pair, err
}

func sign(template, parent *x509.Certificate, key, signer *ecdsa.PrivateKey) ([]byte, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	template.SerialNumber = serial
	return x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
}
