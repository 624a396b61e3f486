// Reads a log over HTTP as a stranger would, with golang.org/x/mod/sumdb and nothing of Beilin's.
//
//	xmod URL VKEY [OLD-CHECKPOINT-FILE …]
//
// Opens the checkpoint with the key; proves every entry in it from the tiles and checks the
// proof; proves each older checkpoint to be a prefix. Prints one JSON object, or fails.
package main

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

type report struct {
	Origin     string
	Size       int64
	Root       tlog.Hash
	Included   int64
	Consistent []int64 // sizes of the older checkpoints
	Requests   int
}

// server reads files below one address. Any answer but 200 is an error: no redirect is
// followed, and nothing is tried twice.
type server struct {
	url      string
	client   http.Client
	requests int
	tiles    map[tlog.Tile][]byte // only what TileHashReader has authenticated
}

func (s *server) get(path string) ([]byte, error) {
	s.requests++
	answer, err := s.client.Get(s.url + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return io.ReadAll(answer.Body)
}

func (s *server) Height() int { return height }

func (s *server) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(tiles))
	for i, tile := range tiles {
		if data, ok := s.tiles[tile]; ok {
			found[i] = data
			continue
		}
		// x/mod writes the height into the path, C2SP does not; the content is the same.
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
		data, err := s.get(path)
		if err != nil {
			return nil, err
		}
		if len(data) != tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s: %d bytes", path, len(data))
		}
		found[i] = data
	}
	return found, nil
}

func (s *server) SaveTiles(tiles []tlog.Tile, data [][]byte) {
	for i, tile := range tiles {
		s.tiles[tile] = data[i]
	}
}

func (s *server) bundle(number, width int64) ([][]byte, error) {
	tile := tlog.Tile{H: height, L: 0, N: number, W: int(width)}
	data, err := s.get(strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/0/", height), "tile/entries/", 1))
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(data) >= 2 {
		end := 2 + int(binary.BigEndian.Uint16(data))
		if end > len(data) {
			break
		}
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	if len(data) > 0 || int64(len(entries)) != width {
		return nil, fmt.Errorf("bundle %d: %d entries, %d bytes left", number, len(entries), len(data))
	}
	return entries, nil
}

func open(data []byte, verifiers note.Verifiers) (string, tlog.Tree, error) {
	opened, err := note.Open(data, verifiers)
	if err != nil {
		return "", tlog.Tree{}, err
	}
	// tlog.ParseTree knows the first line of one log only: put it in the place of ours.
	origin, rest, _ := strings.Cut(opened.Text, "\n")
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + rest))
	if err == nil && origin != opened.Sigs[0].Name {
		err = fmt.Errorf("the origin is not the name of the key")
	}
	return origin, tree, err
}

func read(url, vkey string, older []string) (report, error) {
	var out report
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return out, err
	}
	verifiers := note.VerifierList(verifier)
	s := &server{url: url, tiles: make(map[tlog.Tile][]byte)}
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error {
		return fmt.Errorf("a redirect")
	}
	signed, err := s.get("checkpoint")
	if err != nil {
		return out, err
	}
	origin, tree, err := open(signed, verifiers)
	if err != nil {
		return out, err
	}
	out.Origin, out.Size, out.Root = origin, tree.N, tree.Hash
	reader := tlog.TileHashReader(tree, s)
	for first := int64(0); first < tree.N; first += 1 << height {
		entries, err := s.bundle(first>>height, min(1<<height, tree.N-first))
		if err != nil {
			return out, err
		}
		for i, entry := range entries {
			index := first + int64(i)
			proof, err := tlog.ProveRecord(tree.N, index, reader)
			if err != nil {
				return out, err
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
				return out, fmt.Errorf("entry %d: %w", index, err)
			}
			out.Included++
		}
	}
	for _, name := range older {
		data, err := os.ReadFile(name)
		if err != nil {
			return out, err
		}
		_, old, err := open(data, verifiers)
		if err != nil {
			return out, err
		}
		proof, err := tlog.ProveTree(tree.N, old.N, reader)
		if err != nil {
			return out, err
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
			return out, fmt.Errorf("older checkpoint of size %d: %w", old.N, err)
		}
		out.Consistent = append(out.Consistent, old.N)
	}
	out.Requests = s.requests
	return out, nil
}

func main() {
	log.SetFlags(0)
	if len(os.Args) < 3 {
		log.Fatal("usage: xmod URL VKEY [OLD-CHECKPOINT-FILE …]")
	}
	out, err := read(os.Args[1], os.Args[2], os.Args[3:])
	if err != nil {
		log.Fatal(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		log.Fatal(err)
	}
}
