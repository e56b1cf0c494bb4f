"""What a sound file holds, held against its bytes: containers are looked through before a decoder is asked.

`survey` says where the sound of a file lies and how much of it there is, one module a container. `audio` is the only
module that uses what is in here on files of others; `wav_chunks` uses the walk over chunks.
"""
