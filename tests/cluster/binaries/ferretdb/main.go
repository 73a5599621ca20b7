// Command ferretdb is the MongoDB of the test cluster: a server that speaks the MongoDB wire protocol and keeps its data in SQLite.
//
// FerretDB's own command cannot be built as a dependency, so this one wraps its public package. It logs in the words of a
// MongoDB server where the analyzer reads them: that it waits for connections, and that it shuts down.
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	log.SetFlags(log.LstdFlags | log.LUTC | log.Lmicroseconds)
	address := flag.String("listen", ":27017", "address to listen on")
	folder := flag.String("data", "/data/db", "folder of the SQLite files")
	flag.Parse()
	if err := serve(*address, *folder); err != nil {
		log.Fatalf("Fatal error: %v", err)
	}
	log.Print("Shutting down")
}

// serve answers until the process is told to stop.
func serve(address, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: address},
		Handler:   "sqlite",
		SQLiteURL: "file:" + filepath.Clean(folder) + "/",
	})
	if err != nil {
		return err
	}
	stopped, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer release()
	log.Printf("Waiting for connections on %s, data in %s", address, folder)
	if err := server.Run(stopped); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
