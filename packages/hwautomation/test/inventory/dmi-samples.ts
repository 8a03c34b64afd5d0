/** Tables as `dmidecode -t 0,1,2,3,4,17` prints them, in the shape of each vendor's; serial numbers are nobody's. */

const head = (version: string, smbios: string, remarks = '') =>
  `# dmidecode ${version}\nGetting SMBIOS data from sysfs.\nSMBIOS ${smbios} present.\n${remarks}\n`

/** HPE: the ROM family is the version, the number is a revision, and the iLO is the embedded controller. */
export const HPE_DL360 = `${head('3.4', '3.6.0')}Handle 0x0000, DMI type 0, 26 bytes
BIOS Information
	Vendor: HPE
	Version: U54
	Release Date: 10/27/2023
	Address: 0xF0000
	ROM Size: 64 MB
	Characteristics:
		PCI is supported
		UEFI is supported
	BIOS Revision: 1.48
	Firmware Revision: 1.62

Handle 0x0001, DMI type 1, 27 bytes
System Information
	Manufacturer: HPE
	Product Name: ProLiant DL360 Gen11
	Version: Not Specified
	Serial Number: CZ20000001
	UUID: 35393250-3934-4b43-3230-303030303031
	Wake-up Type: Power Switch
	SKU Number: P52498-B21
	Family: ProLiant

Handle 0x0002, DMI type 2, 17 bytes
Base Board Information
	Manufacturer: HPE
	Product Name: ProLiant DL360 Gen11
	Version: Not Specified
	Serial Number: PWAAA0ARHG0001
	Asset Tag: Not Specified
	Type: Motherboard

Handle 0x0300, DMI type 3, 21 bytes
Chassis Information
	Manufacturer: HPE
	Type: Rack Mount Chassis
	Lock: Not Present
	Version: Not Specified
	Serial Number: CZ20000001
	Asset Tag:                                 

${[1, 2]
  .map(
    (socket) => `Handle 0x040${socket}, DMI type 4, 48 bytes
Processor Information
	Socket Designation: Proc ${socket}
	Type: Central Processor
	Family: Xeon
	Manufacturer: Intel(R) Corporation
	Version: INTEL(R) XEON(R) GOLD 6430
	Max Speed: 4000 MHz
	Current Speed: 2100 MHz
	Status: Populated, Enabled
	Core Count: 32
	Core Enabled: 32
	Thread Count: 64
	Characteristics:
		64-bit capable
		Multi-Core
`,
  )
  .join('\n')}
Handle 0x1100, DMI type 17, 92 bytes
Memory Device
	Size: 32 GB
	Form Factor: DIMM
	Locator: PROC 1 DIMM 1
	Bank Locator: Not Specified
	Type: DDR5
	Speed: 4800 MT/s
	Manufacturer: HPE
	Serial Number: 80CE0123
	Part Number: P43328-B21
	Configured Memory Speed: 4400 MT/s

Handle 0x1101, DMI type 17, 92 bytes
Memory Device
	Size: No Module Installed
	Form Factor: DIMM
	Locator: PROC 1 DIMM 2
	Type: DDR5

Handle 0x1102, DMI type 17, 92 bytes
Memory Device
	Size: 32 GB
	Form Factor: DIMM
	Locator: PROC 2 DIMM 1
	Type: DDR5
	Speed: 4800 MT/s
	Manufacturer: HPE
	Serial Number: 80CE0124
	Part Number: P43328-B21
	Configured Memory Speed: 4400 MT/s

`

/** Dell: newer tables than the tool knows, which it says in comment lines; the second socket is empty. */
export const DELL_R6515 = `${head('3.2', '3.3', '# SMBIOS implementations newer than version 3.2.0 are not\n# fully supported by this version of dmidecode.\n')}Handle 0x0000, DMI type 0, 26 bytes
BIOS Information
	Vendor: Dell Inc.
	Version: 2.2.4
	Release Date: 04/12/2021
	BIOS Revision: 2.2

Handle 0x0100, DMI type 1, 27 bytes
System Information
	Manufacturer: Dell Inc.
	Product Name: PowerEdge R6515
	Version: Not Specified
	Serial Number: FLX0001
	UUID: 4c4c4544-004c-5810-8030-c6c04f303031
	SKU Number: SKU=NotProvided;ModelName=PowerEdge R6515
	Family: PowerEdge

Handle 0x0200, DMI type 2, 8 bytes
Base Board Information
	Manufacturer: Dell Inc.
	Product Name: 0R4CNN
	Version: A03
	Serial Number: .FLX0001.CNFCP0000000B1.

Handle 0x0300, DMI type 3, 22 bytes
Chassis Information
	Manufacturer: Dell Inc.
	Type: Rack Mount Chassis
	Version: Not Specified
	Serial Number: FLX0001

Handle 0x0400, DMI type 4, 48 bytes
Processor Information
	Socket Designation: CPU1
	Type: Central Processor
	Manufacturer: AMD
	Version: AMD EPYC 7502P 32-Core Processor               
	Current Speed: 2500 MHz
	Status: Populated, Enabled
	Core Count: 32
	Thread Count: 64

Handle 0x0401, DMI type 4, 48 bytes
Processor Information
	Socket Designation: CPU2
	Type: Central Processor
	Manufacturer: Not Specified
	Version: Not Specified
	Current Speed: Unknown
	Status: Unpopulated

Handle 0x1100, DMI type 17, 84 bytes
Memory Device
	Size: 16384 MB
	Locator: A1
	Type: DDR4
	Speed: 3200 MT/s
	Manufacturer: 00AD063200AD
	Serial Number: 532D0001
	Part Number: HMA82GR7DJR8N-XN    
	Configured Memory Speed: 3200 MT/s

`

/** Supermicro: placeholders wherever the maker left it to others, an empty slot with a tag, and several boards. */
export const SUPERMICRO_X11 = `${head('3.3', '3.2.1')}Handle 0x0000, DMI type 0, 26 bytes
BIOS Information
	Vendor: American Megatrends Inc.
	Version: 3.4
	Release Date: 02/24/2020
	BIOS Revision: 5.14

Handle 0x0001, DMI type 1, 27 bytes
System Information
	Manufacturer: Supermicro
	Product Name: Super Server
	Version: 0123456789
	Serial Number: 0123456789
	UUID: 969ebc00-fc71-11e9-8000-000000000001
	SKU Number: To be filled by O.E.M.
	Family: To be filled by O.E.M.

Handle 0x0002, DMI type 2, 15 bytes
Base Board Information
	Manufacturer: Supermicro
	Product Name: BPN-SAS3-829U
	Type: Interconnect Board

Handle 0x0003, DMI type 2, 15 bytes
Base Board Information
	Manufacturer: Supermicro
	Product Name: X11DPH-T
	Version: 1.10
	Serial Number: ZM19AS000001
	Asset Tag: To be filled by O.E.M.
	Type: Motherboard

Handle 0x0004, DMI type 3, 22 bytes
Chassis Information
	Manufacturer: Supermicro
	Type: Other
	Version: 0123456789
	Serial Number: C829UAK46P10001

Handle 0x0040, DMI type 4, 48 bytes
Processor Information
	Type: Central Processor
	Version: Intel(R) Xeon(R) Silver 4214 CPU @ 2.20GHz
	Current Speed: 2200 MHz
	Status: Populated, Enabled
	Core Count: 12
	Thread Count: <OUT OF SPEC>

Handle 0x002C, DMI type 17, 84 bytes
Memory Device
	Size: 16 GB
	Locator: P1-DIMMA1
	Bank Locator: P0_Node0_Channel0_Dimm0
	Type: DDR4
	Speed: 2933 MT/s
	Manufacturer: SK Hynix
	Serial Number: 53960001
	Asset Tag: P1-DIMMA1_AssetTag (date:19/47)
	Part Number: HMA82GR7CJR8N-WM    
	Configured Clock Speed: 2400 MHz

Handle 0x002D, DMI type 17, 84 bytes
Memory Device
	Size: No Module Installed
	Locator: P1-DIMMA2
	Speed: Unknown
	Manufacturer: NO DIMM
	Serial Number: NO DIMM
	Part Number: NO DIMM

`
