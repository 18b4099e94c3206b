"""Tests of realtime sessions: without a server, a client speaks with them through a Peer."""
