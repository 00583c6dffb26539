/** What all addresses have in common: who asks, what is in a body, how a problem is answered. */
package dev.steerc.cli.serve.http;
